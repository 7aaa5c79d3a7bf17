//! The machine of one tab, whatever happens to it in whatever order: also what no browser, clock or other tab should do.

use super::input::Input;
use crate::driver::{Driver, tokens};
use crate::support::NOW;
use placeos_auth::oauth::tokens::{Generation, Tokens};
use placeos_auth::options::{Flow, StorageKind};
use placeos_auth::secret::Secret;
use placeos_auth::session::call::{Call, NextStep};
use placeos_auth::session::effect::{Change, Effect, RenewalMethod};
use placeos_auth::session::event::Event;
use placeos_auth::session::failure::login_required;
use placeos_auth::session::pass::Pass;
use placeos_auth::session::tab_message::TabMessage;
use placeos_auth::time::Instant;
use placeos_auth::{AuthError, ErrorCode};
use std::collections::BTreeSet;
use std::time::Duration;

/// How far sessions have to lie apart, unless the clock stands still between two.
const CLOSE: Duration = Duration::from_secs(61);

/// Ten years, in milliseconds.
const LONG: u64 = 315_360_000_000;

/// More steps than a machine needs to come to rest.
const MOST_STEPS: usize = 1000;

pub fn check(data: &[u8]) {
    let mut input = Input::new(data);
    let storage = input.one_of(&[
        StorageKind::Session,
        StorageKind::Local,
        StorageKind::Memory,
    ]);
    let mut tab = Tab::new(storage);
    let stored = input.line();
    let stored = (!stored.is_empty()).then(|| Secret::new(stored.into_owned()));
    tab.driver.stored = stored;
    tab.handle(Event::PageLoaded, true);
    while !input.is_over() {
        tab.act(&mut input);
    }
    tab.come_to_rest();
}

/// A tab, with what its client and its app know of it.
struct Tab {
    driver: Driver,
    now: Instant,
    /// Whether the listeners know of a session, and of which tokens.
    is_told: bool,
    session: Option<Generation>,
    /// When sessions began. What tells them apart is the instant.
    begun: Vec<Instant>,
    /// How many access tokens there were.
    tokens: u32,
    /// Turns that have not ended, and those of them with a timer.
    turns: BTreeSet<u32>,
    timers: BTreeSet<u32>,
    locks: Vec<u32>,
    /// Renewals that wait for the server.
    asked: Vec<u32>,
    calls: Vec<(Call, u32)>,
    pass: Option<Pass>,
}

impl Tab {
    fn new(storage: StorageKind) -> Self {
        Tab {
            driver: Driver::new(Duration::from_secs(60), storage),
            now: NOW,
            is_told: false,
            session: None,
            begun: Vec::new(),
            tokens: 0,
            turns: BTreeSet::new(),
            timers: BTreeSet::new(),
            locks: Vec::new(),
            asked: Vec::new(),
            calls: Vec::new(),
            pass: None,
        }
    }

    fn act(&mut self, input: &mut Input) {
        let attempt = self.driver.begin_sign_in();
        let event = match input.number() % 32 {
            0 => Event::Tick,
            1 => return self.handle(Event::Tick, false),
            2 => Event::TokenWanted,
            3 => Event::RenewalWanted,
            4 => Event::TokenRejected(self.token(input)),
            5 => Event::SignInDemanded(self.token(input)),
            6 => return self.sign_in(input),
            7 => Event::SignOut,
            8 => Event::NotStored,
            9 => Event::Online,
            10 => Event::Opened,
            11 => Event::PageShown,
            12 => Event::PageResumed,
            13 | 14 => match self.lock(input) {
                Some(lock) => Event::LockGranted(lock),
                None => return,
            },
            15 => match self.lock(input) {
                Some(lock) => Event::LockUnavailable(lock),
                None => return,
            },
            16 | 17 => return self.fire(input.number()),
            18 | 19 => return self.answer(input),
            20 => match TabMessage::from_text(&input.line()) {
                Some(message) => Event::PeerMessage(message),
                None => return,
            },
            21 => Event::PeerMessage(self.peer_message(input)),
            22 => return self.driver.stored = Some(Secret::new(input.line().into_owned())),
            23 => return self.driver.stored = None,
            24 => return self.pass_time(input),
            25 => return self.set_clock(input),
            26 => return self.driver.random = f64::from(input.number()) / 256.0,
            27 => return self.calls.push((self.driver.begin_call(), 0)),
            28 => return self.ask_what_next(input),
            29 => return self.pass = self.driver.pass(self.now),
            30 => {
                let tokens = self.new_tokens(input);
                self.handle(Event::SignOut, true);
                Event::SignedIn { tokens, attempt }
            }
            _ => return self.come_to_rest(),
        };
        self.handle(event, true);
    }

    fn sign_in(&mut self, input: &mut Input) {
        while self.begun.last() != Some(&self.now)
            && self.begun.iter().any(|at| at.distance(self.now) <= CLOSE)
        {
            self.now = self.now.after(CLOSE);
        }
        self.begun.push(self.now);
        let attempt = self.driver.begin_sign_in();
        let tokens = self.new_tokens(input);
        self.handle(Event::SignedIn { tokens, attempt }, true);
    }

    fn new_tokens(&mut self, input: &mut Input) -> Tokens {
        self.tokens += 1;
        let kind = input.number();
        let life = input.one_of(&[None, Some(7200), Some(10), Some(1), Some(u64::MAX)]);
        let refresh_token = (kind & 1 == 0).then(|| format!("secret-r{}", self.tokens));
        let access_token = format!("secret-a{}", self.tokens);
        Tokens {
            flow: match kind & 2 {
                0 => Flow::Implicit,
                _ => Flow::Password,
            },
            ..tokens(&access_token, refresh_token.as_deref(), life, self.now)
        }
    }

    /// An access token: the newest, or an older one.
    fn token(&self, input: &mut Input) -> Secret {
        let number = self.tokens.saturating_sub(u32::from(input.number()));
        Secret::new(format!("secret-a{number}"))
    }

    fn lock(&self, input: &mut Input) -> Option<u32> {
        let back = usize::from(input.number()) + 1;
        let at = self.locks.len().checked_sub(back)?;
        Some(self.locks[at])
    }

    fn fire(&mut self, number: u8) {
        let timers: Vec<_> = self.timers.iter().copied().collect();
        if let Some(turn) = timers.get(usize::from(number) % timers.len().max(1)) {
            self.timers.remove(turn);
            self.handle(Event::TimerFired(*turn), true);
        }
    }

    fn answer(&mut self, input: &mut Input) {
        if self.asked.is_empty() {
            return;
        }
        let at = usize::from(input.number()) % self.asked.len();
        let renewal = self.asked.remove(at);
        let error = |code| AuthError::new(code, "");
        let outcome = match input.number() % 6 {
            0 => Err(error(ErrorCode::Network)),
            1 => Err(AuthError::from_server("invalid_grant", None, None)),
            2 => Err(AuthError::from_server("unknown", None, None)),
            3 => Err(login_required()),
            4 => Err(error(ErrorCode::InvalidResponse)),
            _ => Ok(self.new_tokens(input)),
        };
        self.handle(Event::ServerAnswered { renewal, outcome }, true);
    }

    fn peer_message(&mut self, input: &mut Input) -> TabMessage {
        use placeos_auth::session::end_reason::EndReason;
        let kind = input.number();
        let further = u32::from(input.number() % 4);
        let tokens = self.new_tokens(input);
        let own = self.driver.tokens().map(Tokens::generation);
        let own = own.unwrap_or(tokens.generation());
        let generation = Generation {
            renewals: (own.renewals + further).saturating_sub(1),
            ..own
        };
        match kind % 6 {
            0 => TabMessage::Tokens(
                Tokens {
                    signed_in_at: own.signed_in_at,
                    renewals: generation.renewals,
                    ..tokens
                }
                .to_text(),
            ),
            1 => TabMessage::End(generation, EndReason::SignedOut),
            2 => TabMessage::End(generation, EndReason::Expired(None)),
            3 => TabMessage::Failure(generation, AuthError::new(ErrorCode::Network, "")),
            4 => TabMessage::Failure(
                generation,
                AuthError::from_server("server_error", None, None),
            ),
            _ => TabMessage::Ask(generation),
        }
    }

    fn pass_time(&mut self, input: &mut Input) {
        let millis = input.one_of(&[1, 999, 29_000, 60_000, 7_139_000, 7_200_000, LONG]);
        self.now = self.now.after(Duration::from_millis(millis));
    }

    fn set_clock(&mut self, input: &mut Input) {
        let millis = input.one_of(&[1, 59_999, 61_000, 86_400_000, u64::MAX]);
        self.now = self.now.before(Duration::from_millis(millis));
    }

    fn handle(&mut self, event: Event, is_visible: bool) {
        let was_loaded = matches!(event, Event::PageLoaded);
        let may_restore = matches!(event, Event::PageShown | Event::Opened);
        let effects = match is_visible {
            true => self.driver.step(event, self.now),
            false => self.driver.step_hidden(event, self.now),
        };
        for effect in effects {
            self.carry_out(effect);
        }
        let own = self.driver.tokens().map(Tokens::generation);
        if may_restore && own != self.session {
            // What was in storage may call itself as it likes.
            self.pass = None;
            self.calls.clear();
        }
        self.session = own;
        self.is_told |= was_loaded && self.session.is_some();
        assert_eq!(
            self.is_told,
            self.session.is_some(),
            "not as the listeners were told"
        );
        self.check_view();
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::RequestLock { turn, lock, .. } => {
                self.turns.insert(turn);
                self.locks.push(lock);
            }
            Effect::StartTimer { turn, .. } => {
                self.timers.insert(turn);
            }
            Effect::StopTimer(turn) => {
                self.timers.remove(&turn);
            }
            Effect::EndTurn(turn) => {
                self.turns.remove(&turn);
                self.timers.remove(&turn);
            }
            Effect::AskServer {
                renewal,
                method,
                old,
            } => {
                assert!(!self.asked.contains(&renewal), "asked twice");
                self.asked.push(renewal);
                let refresh_token = old.refresh_token.as_ref().map(Secret::reveal);
                match method {
                    RenewalMethod::RefreshToken(token) => {
                        assert_eq!(Some(token.reveal()), refresh_token)
                    }
                    RenewalMethod::Frame => assert_eq!(refresh_token, None),
                }
            }
            Effect::Notify(change) => self.listen(&change),
            Effect::PostEcho(_) | Effect::Post(_) | Effect::Revoke(_) | Effect::Log(_) => {}
            Effect::Store(_) | Effect::Remove | Effect::Clear => {}
        }
    }

    /// An app hears of one session after the other, each from its beginning to its end.
    fn listen(&mut self, change: &Change) {
        let own = self.driver.tokens().map(Tokens::generation);
        match change {
            Change::SignedIn => {
                self.is_told = true;
                self.session = None;
            }
            Change::Renewed => {
                assert!(self.is_told, "no session to renew");
                if let (Some(own), Some(before)) = (own, self.session) {
                    assert!(own.supersedes(before), "{own:?} renews {before:?}");
                }
            }
            Change::RenewalFailed(_) => assert!(self.is_told, "no session to renew"),
            Change::Ended(_) => {
                assert!(self.is_told, "no session to end");
                self.is_told = false;
                self.session = None;
            }
        }
    }

    fn check_view(&self) {
        let (now, machine) = (self.now, &self.driver);
        let session = machine.session(now);
        if machine.token(now).is_ok() {
            assert!(session.is_some());
            let end = machine.tokens().and_then(|tokens| tokens.expires_at);
            assert!(end.is_none_or(|end| end > now), "a token that is over");
        }
        assert!(
            session.is_some() == machine.tokens().is_some(),
            "a session of no use"
        );
        let longest = now.after(Duration::from_secs(30));
        let wake_up_at = machine.wake_up_at(now);
        assert!(wake_up_at.is_none_or(|at| at <= longest && (at > now || at == longest)));
        if let Some(pass) = self.pass.as_ref().filter(|pass| machine.honours(pass, now)) {
            let token = machine.token(now).expect("a token for a pass");
            assert_eq!(pass.token.reveal(), token.reveal());
        }
    }

    /// A request is sent with the token of its own session, and not for ever.
    fn ask_what_next(&mut self, input: &mut Input) {
        let number = input.number();
        let at = usize::from(number >> 1) % self.calls.len().max(1);
        let Some((call, sendings)) = self.calls.get_mut(at) else {
            return;
        };
        match self.driver.next_step(call, number & 1 == 0, self.now) {
            NextStep::Wait(_) => {
                assert!(self.driver.is_renewing());
                call.wait_no_longer();
            }
            NextStep::Send(credential) => {
                *sendings += 1;
                assert!(*sendings <= 5, "sent for ever");
                assert!(
                    self.driver.owns(call),
                    "sent with the token of another session"
                );
                let token = self.driver.token(self.now).expect("a good token");
                assert_eq!(credential.reveal(), token.reveal());
            }
            NextStep::HandOn => assert!(*sendings > 0, "no response to hand on"),
            NextStep::Fail(_) => {}
        }
    }

    /// When every timer has fired and every question was answered, nothing is under way.
    fn come_to_rest(&mut self) {
        for _ in 0..MOST_STEPS {
            if !self.timers.is_empty() {
                self.fire(0);
            } else if let Some(renewal) = self.asked.pop() {
                let outcome = Err(AuthError::new(ErrorCode::Network, ""));
                self.handle(Event::ServerAnswered { renewal, outcome }, true);
            } else {
                break;
            }
        }
        assert!(
            self.timers.is_empty() && self.asked.is_empty(),
            "never at rest"
        );
        assert!(self.turns.is_empty(), "a turn that never ends");
        assert!(!self.driver.is_renewing(), "a renewal that never ends");
    }
}
