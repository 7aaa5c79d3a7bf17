//! How a renewal goes: the tab waits for its turn, asks the server, and lets everyone go on who waits for it.

use super::core::Core;
use crate::browser::timeout::timeout;
use crate::browser::{clock, lock};
use crate::error::Result;
use crate::oauth::tokens::Tokens;
use crate::options::StorageKind;
use crate::session::{Event, REPEATABLE_WAIT, RenewalMethod, Session, login_required};
use crate::text::concat;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

impl Core {
    /// Waits for this tab's turn, and for what the tabs before it have to say.
    pub fn queue(self: &Rc<Self>, number: u32) {
        self.renewal.close();
        let core = Rc::clone(self);
        spawn_local(async move {
            let mut turn = None;
            if core.config.storage != StorageKind::Memory {
                let log = |line: &str| core.log(line);
                turn = lock::turn(&core.lock_name(), &core.signs, &log).await;
                core.catch_up().await;
            }
            // Another tab may have renewed meanwhile: then nobody takes this turn.
            core.turn.replace(turn);
            core.apply(Event::Turn(number));
            drop(core.turn.take());
        });
    }

    /// The tabs that have the same tokens take turns; others aren't in each other's way.
    fn lock_name(&self) -> String {
        let generation = self.machine.borrow().tokens().map(Tokens::generation);
        let (began, renewals) = generation.map_or((0, 0), |generation| {
            (generation.signed_in_at.as_millis(), generation.renewals)
        });
        concat(&[
            &self.key("renewal"),
            "@",
            &began.to_string(),
            "+",
            &renewals.to_string(),
        ])
    }

    /// Asks the server for new tokens.
    pub fn renew(self: &Rc<Self>, number: u32, method: RenewalMethod) {
        // It lasts until the answer is there, wanted or not: the server may end the old tokens at any moment of it.
        let turn = self.turn.take();
        let Some(old) = self.tokens() else {
            return;
        };
        let core = Rc::clone(self);
        spawn_local(async move {
            let outcome = match method {
                RenewalMethod::RefreshToken(refresh_token) => {
                    core.refresh(&old, &refresh_token).await
                }
                RenewalMethod::Frame => core.renew_in_frame(number, &old).await,
            };
            if outcome.is_err() {
                // Another tab may have been quicker after all.
                core.catch_up().await;
            }
            core.apply(Event::Renewed(number, outcome, js_sys::Math::random()));
            // Who has the next turn must have been told of these tokens: storage, locks and messages are not in step.
            core.hear_itself().await;
            drop(turn);
        });
    }

    /// Waits for the renewal under way, or due.
    pub async fn ready(self: &Rc<Self>) {
        // What it has got may be over already, on a machine that slept meanwhile: once more, then.
        for _ in 0..2 {
            if self.is_renewing() {
                self.renewal.wait().await;
            }
        }
    }

    /// Waits for it, but not for long where a request can be sent again: it goes with the token there is, then.
    pub async fn ready_to_send(self: &Rc<Self>, can_repeat: bool) {
        if can_repeat
            && timeout(REPEATABLE_WAIT, Box::pin(self.ready()))
                .await
                .is_none()
        {
            let is_usable = self.machine.borrow().token(clock::now()).is_ok();
            if is_usable {
                return self.log("the renewal takes long: sending with the token there is");
            }
        }
        self.ready().await;
    }

    /// Begins a renewal if one is due; says whether one is under way.
    pub fn is_renewing(self: &Rc<Self>) -> bool {
        if self.machine.borrow().is_due(clock::now()) {
            self.apply(Event::Tick);
        }
        self.machine.borrow().is_renewing()
    }

    /// Renews now, or joins the renewal under way.
    pub async fn renewed(self: &Rc<Self>) -> Result<Session> {
        let generation = || self.machine.borrow().tokens().map(Tokens::generation);
        let (before, call) = (generation(), self.begin_call());
        self.apply(Event::Renew);
        if self.machine.borrow().is_renewing() {
            self.renewal.wait().await;
        }
        if !self.machine.borrow().owns(&call) {
            return Err(login_required());
        }
        if generation() == before {
            let failure = self.machine.borrow().failure();
            return Err(failure.unwrap_or_else(login_required));
        }
        self.session().ok_or_else(login_required)
    }
}
