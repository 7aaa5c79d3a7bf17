//! The session's state machine. It decides everything and touches nothing: events go in, effects come out.
//!
//! The client hands in what happened with [`Machine::step`], together with a [`Snapshot`] of the page, and carries out the
//! effects in their order. No other part of this crate decides when to renew, what to store, what other tabs are told and
//! believed, and when the app is told.
//!
//! A machine is in one of four states:
//!
//! - **signed out**: nobody is signed in.
//! - **idle**: somebody is, and no renewal is under way.
//! - **waiting**: a renewal waits for this tab's turn. The tabs that share a session renew it one after the other.
//! - **asking**: a renewal asks the server.
//!
//! These are all transitions. A cell lists the states that the machine may be in afterwards; it is empty where the event can't
//! come. A test compares the table with all that the model of several tabs saw happen.
//!
//! | event | signed out | idle | waiting | asking |
//! | --- | --- | --- | --- | --- |
//! | `PageLoaded` | signed out, idle |  |  |  |
//! | `Opened` | signed out | idle, waiting |  |  |
//! | `PageShown` | signed out, idle, waiting | signed out, idle, waiting | signed out, idle, waiting | signed out, asking |
//! | `PageResumed` | signed out | idle, waiting | idle, waiting | asking |
//! | `Online` |  | idle, waiting | waiting | asking |
//! | `Tick` | signed out | idle, waiting | waiting | asking |
//! | `TokenWanted` |  | waiting | waiting | asking |
//! | `RenewalWanted` | signed out | idle, waiting | waiting | asking |
//! | `TokenRejected` | signed out | idle, waiting | waiting | asking |
//! | `SignInDemanded` |  | signed out | signed out | asking |
//! | `SignedIn` | idle | idle | idle | idle |
//! | `SignOut` | signed out | signed out | signed out | signed out |
//! | `NotStored` |  | idle |  |  |
//! | `LockGranted` |  |  | idle, waiting |  |
//! | `LockUnavailable` |  |  | waiting |  |
//! | `TimerFired` | signed out | idle | idle, waiting, asking | signed out, idle, asking |
//! | `ServerAnswered` | signed out | idle | waiting | idle, asking |
//! | `PeerMessage(Tokens)` | signed out | idle | idle, waiting | asking |
//! | `PeerMessage(End)` | signed out | signed out, idle | signed out, waiting | signed out, asking |
//! | `PeerMessage(Failure)` | signed out | idle | idle, waiting | asking |
//! | `PeerMessage(Ask)` | signed out | idle | waiting | asking |
//! | `PeerMessage(Echo)` | signed out | idle | idle, waiting, asking | signed out, idle, asking |
//!
//! Besides, any event may find that the token has expired and can't be renewed: then the session ends.

pub mod attempt;
pub mod call;
pub mod effect;
pub mod end_reason;
pub mod event;
pub mod failure;
pub mod frame;
pub mod pass;
mod peers;
mod renewal;
mod state;
mod storage;
pub mod tab_message;
mod turn;
pub mod view;

use crate::error::AuthError;
use crate::oauth::tokens::{Generation, Tokens};
use crate::options::StorageKind;
use crate::secret::Secret;
use crate::time::Instant;
use attempt::SignInAttempt;
use effect::{Change, Effect};
use end_reason::EndReason;
use event::{Event, Snapshot};
use failure::sign_in_again;
use state::{SignedIn, State, TOLERANCE};
use std::rc::Rc;
use std::time::Duration;
use storage::Storage;
use tab_message::TabMessage;
use turn::Turns;

/// What the options say of sessions.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long before its end a token is renewed.
    pub renew_before: Duration,
    /// Where the session is stored.
    pub storage: StorageKind,
    /// What the names of locks begin with: the tabs of one client share them.
    pub lock_prefix: String,
}

/// The sessions of one client, one after the other.
#[derive(Debug)]
pub struct Machine {
    settings: Settings,
    state: State,
    storage: Storage,
    turns: Turns,
    /// A renewal that was asking when another session took the place of its own, which other tabs may still have.
    superseded_renewal: Option<(u32, Rc<Tokens>)>,
    /// How many renewals were begun.
    renewals: u32,
    /// How many sign-ins were begun.
    sign_ins: u32,
    /// The number of the sign-in that began a session last.
    last_sign_in: u32,
    /// How often the user has signed out.
    sign_outs: u32,
    /// When the session began that the user has last signed out of on this page.
    signed_out_of: Option<Instant>,
    /// When the user last signed out of this page's session in another tab.
    signed_out_elsewhere: Option<Instant>,
    /// When the last session began, also if it has ended.
    last_session: Option<Instant>,
    /// What the clock showed last.
    seen_at: Instant,
}

/// One event, on its way through the machine.
struct Step {
    now: Instant,
    random: f64,
    out: Vec<Effect>,
}

/// Who wants a renewal.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// The app does, or it is due.
    InAnyCase,
    /// Only a 401 does.
    ByRejection,
}

impl Machine {
    /// Nobody is signed in. `first_echo` is random, so that no two tabs count their echoes from the same number.
    pub fn new(settings: Settings, first_echo: u32) -> Self {
        Machine {
            state: State::SignedOut,
            storage: Storage::new(settings.storage),
            turns: Turns::new(settings.storage, first_echo),
            settings,
            superseded_renewal: None,
            renewals: 0,
            sign_ins: 0,
            last_sign_in: 0,
            sign_outs: 0,
            signed_out_of: None,
            signed_out_elsewhere: None,
            last_session: None,
            seen_at: Instant::from_millis(0),
        }
    }

    /// Takes an event, and says what to do. A page that nobody sees renews nothing by itself.
    pub fn step(&mut self, event: Event, snapshot: Snapshot) -> Vec<Effect> {
        let mut step = Step {
            now: snapshot.now,
            random: snapshot.random,
            out: Vec::new(),
        };
        self.storage.look(snapshot.stored);
        self.look_at_clock(step.now);
        let begins_what_is_due = match &event {
            Event::Tick | Event::Online | Event::Opened | Event::PageShown | Event::PageResumed => {
                snapshot.is_visible
            }
            Event::TokenWanted => true,
            _ => false,
        };
        self.take(event, &mut step);
        self.renew_what_is_due(begins_what_is_due, &mut step);
        let waiting = self
            .signed_in()
            .and_then(|session| session.renewal.waiting());
        self.turns.end_unwanted(waiting, &mut step.out);
        step.out
    }

    fn take(&mut self, event: Event, step: &mut Step) {
        match event {
            Event::PageLoaded => self.restore(step),
            Event::Opened => {
                self.reconcile_after_absence(step);
                self.ask_for_newer(step);
            }
            Event::PageShown => self.reconcile_after_absence(step),
            Event::PageResumed => self.take_over_stored(step),
            Event::Online => {
                if let Some(failure) = self.signed_in_mut().and_then(|own| own.failure.as_mut()) {
                    failure.wait_no_longer();
                }
            }
            Event::Tick | Event::TokenWanted => {}
            Event::RenewalWanted => self.renew(Wanted::InAnyCase, step),
            Event::TokenRejected(token) => self.token_rejected(&token, step),
            Event::SignInDemanded(token) => self.sign_in_demanded(&token, step),
            Event::SignedIn { tokens, attempt } => self.sign_in(tokens, attempt, step),
            Event::SignOut => self.sign_out(step),
            Event::NotStored => {
                self.storage.not_stored();
                step.out.push(Effect::Log(
                    "the browser's storage is blocked or full: the session is kept for this page only",
                ));
            }
            Event::LockGranted(lock) => {
                let progress = self.turns.on_lock(lock, true, &mut step.out);
                self.go_on(progress, step);
            }
            Event::LockUnavailable(lock) => {
                let progress = self.turns.on_lock(lock, false, &mut step.out);
                self.go_on(progress, step);
            }
            Event::TimerFired(turn) => {
                let progress = self.turns.on_timer(turn, &mut step.out);
                self.go_on(progress, step);
            }
            Event::ServerAnswered { renewal, outcome } => {
                self.server_answered(renewal, outcome, step)
            }
            Event::PeerMessage(message) => self.on_peer_message(message, step),
        }
    }

    fn signed_in(&self) -> Option<&SignedIn> {
        match &self.state {
            State::SignedOut => None,
            State::SignedIn(session) => Some(session),
        }
    }

    fn signed_in_mut(&mut self) -> Option<&mut SignedIn> {
        match &mut self.state {
            State::SignedOut => None,
            State::SignedIn(session) => Some(session),
        }
    }

    fn generation(&self) -> Option<Generation> {
        self.signed_in().map(|session| session.tokens.generation())
    }

    /// By a clock that was set back, tokens end earlier than they say.
    fn look_at_clock(&mut self, now: Instant) {
        let back = self.seen_at.since(now);
        self.seen_at = now;
        if let Some(session) = self.signed_in_mut()
            && back > TOLERANCE
        {
            session.set_back(back);
        }
    }

    /// Takes up the session in storage.
    fn restore(&mut self, step: &mut Step) {
        let Some(text) = self.storage.take_up() else {
            return;
        };
        let removed = match Tokens::from_text(text.reveal()) {
            None => "the stored session was broken or of another version and was removed",
            Some(tokens) if tokens.refresh_token.is_none() && !tokens.is_usable(step.now) => {
                "the stored session had expired and was removed"
            }
            Some(tokens) => {
                self.begin_session(tokens, step.now);
                return step.out.push(Effect::Log("took up the stored session"));
            }
        };
        self.storage.remove(&mut step.out);
        step.out.push(Effect::Log(removed));
    }

    fn begin_session(&mut self, tokens: Tokens, now: Instant) {
        self.last_session = Some(tokens.signed_in_at);
        self.state = State::SignedIn(Box::new(SignedIn::new(tokens, now)));
    }

    /// Nothing of this page ran for a while. What this tab, or another, did meanwhile is in storage.
    fn reconcile_after_absence(&mut self, step: &mut Step) {
        self.take_over_stored(step);
        if self
            .generation()
            .is_some_and(|own| self.storage.says_over(own))
        {
            self.end(EndReason::SignedOut, step);
        }
        if self.signed_in().is_none() {
            self.restore(step);
            if self.signed_in().is_some() {
                step.out.push(Effect::Notify(Change::SignedIn));
            }
        }
    }

    /// Takes over newer tokens of this session that another page has stored.
    fn take_over_stored(&mut self, step: &mut Step) {
        if let Some(text) = self.storage.text().cloned() {
            self.on_peer_tokens(text, step);
        }
    }

    fn sign_in(&mut self, mut tokens: Tokens, attempt: SignInAttempt, step: &mut Step) {
        if !self.is_current(attempt) {
            return step.out.push(Effect::Revoke(Rc::new(tokens)));
        }
        self.last_sign_in = attempt.number;
        // What tells one session from another must differ, also where the page has stopped the clock.
        if let Some(last) = self.last_session
            && last >= tokens.signed_in_at
            && last.distance(tokens.signed_in_at) < TOLERANCE
        {
            tokens.signed_in_at = last.after(Duration::from_millis(1));
        }
        if let State::SignedIn(old) = std::mem::replace(&mut self.state, State::SignedOut)
            && let Some(number) = old.renewal.asking()
        {
            self.superseded_renewal = Some((number, old.tokens));
        }
        self.storage.store(tokens.to_text(), &mut step.out);
        self.begin_session(tokens, step.now);
        step.out.push(Effect::Notify(Change::SignedIn));
    }

    /// Ends a session that is of no use, or begins its renewal if it is due.
    fn renew_what_is_due(&mut self, begins: bool, step: &mut Step) {
        let renew_before = self.settings.renew_before;
        let Some(session) = self.signed_in() else {
            return;
        };
        if !session.can_renew() && !session.is_usable(step.now) {
            self.end(EndReason::Expired(None), step);
        } else if begins && session.is_due(renew_before, step.now) {
            self.renew(Wanted::InAnyCase, step);
        }
    }

    /// A 401 for an older token says nothing of this one. A 401 for this one asks the other tabs in any case, because one of
    /// them may have ended this token by renewing it. Whether to ask the server, too, is decided when they have answered.
    fn token_rejected(&mut self, token: &Secret, step: &mut Step) {
        if self.has_token(token) {
            self.renew(Wanted::ByRejection, step);
        }
    }

    /// Only the user can help, as if a renewal had been refused. A renewal that asks the server decides by itself.
    fn sign_in_demanded(&mut self, token: &Secret, step: &mut Step) {
        if self.has_token(token) && !self.is_asking() {
            self.expire(Some(sign_in_again()), step);
        }
    }

    fn has_token(&self, token: &Secret) -> bool {
        let own = self.signed_in();
        own.is_some_and(|own| own.tokens.access_token.reveal() == token.reveal())
    }

    fn is_asking(&self) -> bool {
        let session = self.signed_in();
        session.is_some_and(|session| session.renewal.asking().is_some())
    }

    fn sign_out(&mut self, step: &mut Step) {
        self.sign_outs = self.sign_outs.wrapping_add(1);
        // What another tab has stored is lost to it, and it has to know.
        let another = self.storage.by_another().map(Rc::new);
        let own = self.signed_in().map(|session| Rc::clone(&session.tokens));
        for tokens in another.into_iter().chain(own) {
            revoke_everywhere(tokens, step);
        }
        self.storage.clear(&mut step.out);
        if let Some(own) = self.generation() {
            self.signed_out_of = Some(own.signed_in_at);
            self.end(EndReason::SignedOut, step);
        }
    }

    /// The server has ended the session.
    fn expire(&mut self, error: Option<AuthError>, step: &mut Step) {
        let reason = EndReason::Expired(error);
        if let Some(generation) = self.generation() {
            let end = TabMessage::End(generation, reason.clone());
            step.out.push(Effect::Post(end));
        }
        self.end(reason, step);
    }

    /// The listeners are called last: they may leave the page.
    fn end(&mut self, reason: EndReason, step: &mut Step) {
        self.state = State::SignedOut;
        self.storage.remove(&mut step.out);
        step.out.push(Effect::Notify(Change::Ended(reason)));
    }
}

/// Has other tabs, and the server, end the session of these tokens: the user has signed out.
fn revoke_everywhere(tokens: Rc<Tokens>, step: &mut Step) {
    let end = TabMessage::End(tokens.generation(), EndReason::SignedOut);
    step.out.push(Effect::Post(end));
    step.out.push(Effect::Revoke(tokens));
}
