//! What must hold, whatever happens.

use super::server::{Fate, Server};
use super::tab::{Life, Request, Tab};
use super::world::World;
use placeos_auth::oauth::tokens::Tokens;
use placeos_auth::secret::Secret;
use placeos_auth::session::call::Call;
use placeos_auth::session::end_reason::EndReason;
use placeos_auth::session::tab_message::TabMessage;
use placeos_auth::{AuthError, ErrorCode};
use std::fmt::Debug;

/// The longest turn, with what is heard before and after it, in milliseconds.
const TURN: u64 = 17_000;

impl World {
    /// No event, effect or notice shows a secret.
    pub fn check_print(&mut self, printed: &dyn Debug) {
        if self.is_watched && format!("{printed:?}").contains("secret-") {
            self.violate("a secret was printed");
        }
    }

    /// At most one renewal of a session is in flight; and no refresh token is sent that another sending may have used up.
    ///
    /// A sending may follow one that failed as far as its tab could know, and one whose tab was closed before it heard: what
    /// the server did then nobody can know. Nor can anyone, when whoever had the new tokens is gone. It may not follow one that a living tab has the new tokens of, nor one whose
    /// answer a living tab still waits for. The one excuse is that the sender waited for its turn in vain because a tab before
    /// it was frozen. What a user has signed out of may be sent by a copy that nobody could tell of it.
    pub fn check_send(&mut self, tab: usize, number: usize, by_frame: bool) -> usize {
        // Whatever another does that was frozen; and when one that was is closed, those behind it have left the first queue,
        // and whoever comes then doesn't wait for them.
        let queue = self.tabs[tab].has_left_first_queue;
        let sends = |tab: &Tab| tab.requests().any(|request| request.number == number);
        let is_like = |tab: &Tab| !tab.was_frozen && tab.has_left_first_queue == queue;
        if !self.tabs[tab].was_frozen && self.living().any(|tab| is_like(tab) && sends(tab)) {
            self.violate("two tabs of one queue that were never frozen send the same at a time");
        }
        let session = self.server.grants[number].session;
        let is_over = self.signed_out.contains(&session);
        let in_flight = |request: &Request| self.server.grants[request.number].session == session;
        if !is_over && !self.is_excused && self.living().any(|tab| tab.requests().any(in_flight)) {
            self.violate("two renewals of one session in flight");
        }
        let is_newer = |text: &str| {
            let tokens = Tokens::from_text(text).expect("tokens");
            tokens.signed_in_at.as_millis() == session
                && Server::number(tokens.access_token.reveal()) > number
        };
        let texts = self.living().filter_map(Tab::text);
        let is_kept = texts.chain(self.local.clone()).any(|text| is_newer(&text));
        let mut sent = self.server.grants[number].sent.iter();
        let is_used = sent.any(|fate| match fate {
            Fate::Pending => true,
            Fate::Given => is_kept,
            Fate::Failed => false,
        });
        if !by_frame && !is_over && !self.is_excused && is_used {
            self.violate("a refresh token sent twice");
        }
        let sent = &mut self.server.grants[number].sent;
        sent.push(Fate::Pending);
        sent.len() - 1
    }

    pub fn set_fate(&mut self, request: &Request, fate: Fate) {
        self.server.grants[request.number].sent[request.sending] = fate;
    }

    /// Nobody waits for the answer any more. The request may come to the server all the same, later.
    pub fn give_up(&mut self, request: &Request) {
        self.set_fate(request, Fate::Failed);
        self.is_lost |= request.is_served;
        if !request.is_served {
            self.strays.push((request.number, request.by_frame));
        }
    }

    /// A session expires once in a tab; and only when the server has ended its refresh token, or, without one, when its time
    /// is over and the server wants the user.
    pub fn check_end(&mut self, tab: usize, before: Option<&Tokens>, ending: &EndReason) {
        let Some(tokens) = before else {
            return self.violate("the end of no session");
        };
        let session = tokens.signed_in_at.as_millis();
        // What a 511 has ended here another tab may have renewed, and a page that is shown again takes that up.
        let is_again = self.start.demands_sign_in && self.tabs[tab].is_shown;
        let mut ends = self.tabs[tab].ends.iter();
        if ends.any(|(ended, _)| *ended == session) && !is_again {
            self.violate("a session that ended twice");
        }
        self.tabs[tab].ends.push((session, ending.clone()));
        let is_alive = self.is_alive(tokens);
        match ending {
            EndReason::SignedOut => {
                // A page that was away sees no more than that storage is empty, whoever has emptied it.
                let is_demanded = self.start.demands_sign_in && self.is_excused;
                let is_known = is_alive && !self.is_mixed && !self.start.by_frame && !is_demanded;
                if is_known && !self.signed_out.contains(&session) {
                    self.violate("signed out by nobody");
                }
            }
            EndReason::Expired(_) if is_alive && !self.is_excused => {
                self.violate("a session that is alive expired");
            }
            EndReason::Expired(_) => {}
        }
    }

    /// Nobody has the server end the only tokens that are good for anything to a tab that shares the session.
    pub fn check_revoked(&mut self, number: usize) {
        let session = self.server.grants[number].session;
        let is_over = self.signed_out.contains(&session);
        let needs = |tab: &Tab| {
            let tokens = tab.machine.tokens().filter(|_| !tab.misses);
            tab.session() == Some(session) && tokens.is_some_and(|tokens| !self.is_alive(tokens))
        };
        if !is_over && !self.is_excused && !self.is_lost && self.living().any(needs) {
            self.violate("revoked what another tab needs");
        }
    }

    /// Nobody takes a refusal for the end who could know better: newer tokens are in storage, or were told.
    pub fn check_refusal(&mut self, tab: usize, before: Option<&Tokens>, reason: &EndReason) {
        let is_refusal = |error: &AuthError| error.code() == ErrorCode::InvalidGrant;
        let (true, Some(own)) = (reason.error().is_some_and(is_refusal), before) else {
            return;
        };
        let stored = self.area(tab).map(Secret::new);
        let told = self.tabs[tab].inbox.iter();
        let told = told.filter_map(|text| match TabMessage::from_text(text)? {
            TabMessage::Tokens(text) => Some(text),
            _ => None,
        });
        let known = told.chain(stored);
        let mut known = known.filter_map(|text| Tokens::from_text(text.reveal()));
        let is_newer = |tokens: Tokens| {
            tokens.signed_in_at == own.signed_in_at && tokens.renewals > own.renewals
        };
        if known.any(is_newer) {
            self.violate("a refusal was taken for the end although there are newer tokens");
        }
    }

    /// Whether the server would go on with these.
    fn is_alive(&self, tokens: &Tokens) -> bool {
        match &tokens.refresh_token {
            Some(token) => self.server.grants[Server::number(token.reveal())].is_alive,
            // How far it was set back in all, nobody can know.
            None if self.is_set_back => !self.server.has_ever_refused,
            None => tokens.is_usable(self.now) || !self.server.has_ever_refused,
        }
    }

    /// Storage never goes back to older tokens of a session.
    pub fn check_store(&mut self, tab: usize, text: &str) {
        let new = Tokens::from_text(text).expect("tokens");
        let area = match self.start.is_local {
            true => self.local.clone(),
            false => self.area(tab),
        };
        let old = area.as_deref().and_then(Tokens::from_text);
        let is_back = old
            .is_some_and(|old| old.signed_in_at == new.signed_in_at && old.renewals > new.renewals);
        if is_back {
            self.violate("storage went back to older tokens");
        }
    }

    /// A caller who gets no token, or no renewal, is told why: `login_required` only where that helps.
    pub fn check_called(&mut self, tab: usize, call: &Call, error: &AuthError) {
        let machine = &self.tabs[tab].machine;
        let is_over = machine.session(self.now).is_none() || !machine.owns(call);
        // A frame that the server wants the user in leaves the session as long as it lasts.
        let is_over = is_over || (self.start.by_frame && self.server.has_ever_refused);
        if error.code() == ErrorCode::LoginRequired && !is_over {
            self.violate("a caller was told to log in although the session goes on");
        }
    }

    /// What holds after every action.
    pub fn check(&mut self) {
        for at in 0..self.tabs.len() {
            let tab = &self.tabs[at];
            if tab.life == Life::Closed || tab.life == Life::Loading {
                continue;
            }
            let number = tab.machine.tokens();
            let number = number.map(|tokens| Server::number(tokens.access_token.reveal()));
            if number
                .is_some_and(|number| Some(self.server.grants[number].session) != tab.session())
            {
                self.violate("tokens of another session");
            } else if !tab.machine.is_renewing() && tab.is_running() && !tab.callers.is_empty() {
                self.violate("a caller waits for nothing");
            } else if !self.start.is_local && !self.start.is_blocked && tab.text() != tab.area {
                self.violate("a tab's storage is not what it has");
            } else if tab.session().is_some() && tab.machine.wake_up_at(self.now).is_none() {
                self.violate("a tab that looks at no clock");
            }
        }
    }

    /// Nobody waits for longer than one turn takes, whatever the server does to the tabs before.
    pub fn check_wait(&mut self, tab: usize, number: u32) {
        let is_wanted = self.tabs[tab].machine.renewal() == Some(number);
        let is_long = self.passed - self.tabs[tab].queued_at > TURN;
        // Who was frozen has waited for as long as it was, and so has who waited behind it.
        let is_awake = |tab: &Tab| tab.life == Life::Running && !tab.was_frozen;
        let is_quiet = self.tabs.iter().all(is_awake) && !self.is_excused;
        if is_wanted && is_long && is_quiet {
            self.violate("waited for more than one turn");
        }
    }

    /// Everything that was begun has ended, if nobody is frozen.
    pub fn check_waits(&mut self) {
        for at in 0..self.tabs.len() {
            let tab = &self.tabs[at];
            let calls = !tab.calls.is_empty() && tab.is_running();
            let renews = tab.machine.is_renewing();
            let waits = !tab.callers.is_empty() || !tab.timers.is_empty();
            if calls || waits || renews || !tab.tasks.is_empty() {
                self.violate("somebody waits for ever");
            }
        }
        if !self.locks.is_empty() {
            self.violate("a lock that nobody gives back");
        }
    }

    /// What holds then, and after another look at every page.
    pub fn check_rest(&mut self) {
        self.check_waits();
        self.check_agreement();
        self.check_use();
        for session in self.signed_out.clone() {
            let lives = self
                .server
                .grants
                .iter()
                .any(|grant| grant.session == session && grant.is_alive && grant.is_known);
            let is_told = !self.has_closed_unheard && !self.is_mixed;
            if !self.start.by_frame && is_told && lives {
                self.violate("a session that was signed out lives on at the server");
            }
        }
    }

    /// What a tab has is good for something, unless an answer was lost.
    fn check_use(&mut self) {
        let is_dead = |tab: &Tab| {
            let tokens = tab.machine.tokens().filter(|_| !tab.misses);
            tokens.is_some_and(|tokens| !self.is_alive(tokens))
        };
        if !self.is_lost && !self.is_excused && !self.start.by_frame && self.living().any(is_dead) {
            self.violate("tokens that the server has ended, and nobody knows");
        }
    }

    /// The tabs that share a session have the same tokens of it, the newest, or none has any; and so has storage.
    fn check_agreement(&mut self) {
        // One that was loading when it ended, in another tab, finds out when it uses its copy.
        let texts: Vec<_> = self
            .living()
            .filter(|tab| !tab.misses)
            .filter_map(|tab| Some((tab.session()?, tab.text()?)))
            .collect();
        for (session, text) in &texts {
            let is_different = |(other, has): &(u64, String)| other == session && has != text;
            // Two frames that were asked at a time give tokens of the same generation.
            let is_known = self.is_excused && self.start.by_frame;
            if !is_known && texts.iter().any(is_different) {
                self.violate("two tabs with different tokens of one session");
            }
            let has_ended = |(ended, _): &(u64, EndReason)| ended == session;
            // A page that was away can't tell an empty storage from the end of its own session, nor a frame the end of one.
            let by_frame = self.start.by_frame;
            let is_sure = |tab: &Tab| !tab.is_shown && !by_frame;
            let ended = |tab: &Tab| is_sure(tab) && tab.ends.iter().any(has_ended);
            // One that was frozen, or overtaken, may be refused what has been used; the others go on.
            if !self.is_excused && self.living().any(ended) {
                self.violate("a session that has ended in one tab goes on in another");
            }
            let is_stored = match &self.local {
                Some(stored) => stored == text,
                // An opened tab finds a session of this kind expired, and removes it.
                None => self.start.by_frame,
            };
            if self.start.is_local && !self.is_mixed && !is_stored {
                self.violate("storage is not what the tabs have");
            }
        }
        if self.start.is_local
            && !self.is_mixed
            && texts.is_empty()
            && self.local.is_some()
            && !self.has_closed_unheard
            && self.living().next().is_some()
        {
            self.violate("storage has what no tab has");
        }
    }
}
