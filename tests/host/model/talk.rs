//! How tabs tell each other: `src/auth/tabs.rs`.

use super::tab::{Life, Task, Then};
use super::world::World;
use placeos_auth::secret::Secret;
use placeos_auth::session::{EndReason, Event};
use placeos_auth::tab_message::TabMessage;

/// `ECHO`, in milliseconds.
const ECHO: u64 = 500;

impl World {
    /// Nobody hears himself, but for the echo.
    pub fn tell(&mut self, from: usize, notice: &TabMessage) {
        self.check_print(notice);
        let text = notice.to_text();
        if self.start.is_late {
            self.said.push((from, text.reveal().to_owned()));
        } else {
            self.deliver(from, text.reveal());
        }
    }

    /// The browser passes on what was said.
    fn deliver(&mut self, from: usize, text: &str) {
        let notice = TabMessage::from_text(text).expect("a notice");
        for (at, tab) in self.tabs.iter_mut().enumerate() {
            if at == from && !matches!(notice, TabMessage::Echo(_)) {
                continue;
            }
            match tab.life {
                Life::Loading => tab.misses |= matches!(notice, TabMessage::End(..)),
                Life::Closed => {}
                _ => tab.inbox.push_back(text.to_owned()),
            }
        }
    }

    /// The browser passes on the next that a tab has said.
    pub fn pass_on(&mut self, from: usize) -> Option<()> {
        let at = self.said.iter().position(|(who, _)| *who == from)?;
        let (_, text) = self.said.remove(at);
        self.deliver(from, &text);
        Some(())
    }

    /// `Core::hear_itself`, then the end of the turn.
    pub fn hear_itself(&mut self, tab: usize, turn: Option<u32>) {
        if !self.start.rules.heard_itself || turn.is_none() {
            return self.end(turn);
        }
        self.echo_to_itself(tab);
        self.tabs[tab].tasks.push(Task::CatchesUp {
            then: Then::Over(turn),
            until: self.passed + ECHO,
            waits: false,
        });
    }

    fn echo_to_itself(&mut self, tab: usize) {
        self.tabs[tab].echoes += 1;
        self.tabs[tab].is_echo_shut = true;
        self.tell(tab, &TabMessage::Echo(self.echo(tab)));
    }

    pub fn catch_up(&mut self, tab: usize, then: Then) {
        let rules = self.start.rules;
        let is_kept = match then {
            Then::Turn(..) => rules.catch_up,
            Then::Renewed(..) => rules.catch_up_after_failure,
            Then::Over(_) => false,
        };
        let until = self.passed + ECHO;
        if is_kept {
            self.read_again(tab);
            self.ask(tab);
            self.echo_to_itself(tab);
        }
        self.tabs[tab].tasks.push(Task::CatchesUp {
            then,
            until,
            // What the others have stored is seen without asking them.
            waits: is_kept && rules.time_to_answer && !self.start.is_local,
        });
    }

    /// The end of `Core::catch_up`
    pub fn caught_up(&mut self, tab: usize, then: Then) {
        if !matches!(then, Then::Over(_)) {
            self.read_again(tab);
        }
        self.go_on(tab, then);
    }

    /// `Core::ask`
    pub fn ask(&mut self, tab: usize) {
        if self.start.rules.ask
            && let Some(tokens) = self.tabs[tab].machine.tokens()
        {
            let question = TabMessage::Ask(tokens.generation());
            self.tell(tab, &question);
        }
    }

    /// The number of a tab's last echo.
    fn echo(&self, tab: usize) -> u32 {
        let distance = if self.start.rules.own_echo { 10_000 } else { 0 };
        self.tabs[tab].echoes + distance * tab as u32
    }

    pub fn read_again(&mut self, tab: usize) {
        if let Some(text) = self.area(tab) {
            self.apply(tab, Event::Heard(Secret::new(text)));
        }
    }

    /// `Core::look_after_absence`
    pub fn look_after_absence(&mut self, tab: usize) {
        self.read_again(tab);
        let is_gone = self.area(tab).is_none() && self.tabs[tab].stored.is_some();
        self.tabs[tab].is_shown = true;
        if let Some(tokens) = self.tabs[tab].machine.tokens().filter(|_| is_gone) {
            let end = Event::HeardEnd(tokens.generation(), EndReason::SignedOut);
            // Another session may have been there, and been ended: this page was away, and can't know.
            self.is_excused |= self.is_mixed;
            self.apply(tab, end);
        }
    }

    /// `Core::hear`
    pub fn hear(&mut self, tab: usize, text: &str) {
        let longer = self.passed + self.patience();
        for task in &mut self.tabs[tab].tasks {
            if let Task::Waits { until, latest, .. } = task
                && self.start.rules.signs
            {
                *until = longer.min(*latest);
            }
        }
        match TabMessage::from_text(text) {
            Some(TabMessage::Tokens(text)) => self.apply(tab, Event::Heard(text)),
            Some(TabMessage::End(generation, ending)) => {
                self.apply(tab, Event::HeardEnd(generation, ending))
            }
            Some(TabMessage::Failure(generation, error)) => {
                self.apply(tab, Event::HeardFailure(generation, error, 0.0));
            }
            Some(TabMessage::Ask(generation)) => self.apply(tab, Event::Asked(generation)),
            Some(TabMessage::Echo(number)) if number == self.echo(tab) => {
                self.tabs[tab].is_echo_shut = false;
            }
            Some(TabMessage::Echo(_)) => {}
            None => self.violate("a notice that nobody understands"),
        }
    }
}
