//! What the clients of one configuration share on a page: the session, its timer, its listeners.

use super::fetch::API_KEY_HEADER;
use super::server::Domain;
use super::{Hooks, redirect};
use crate::browser::gate::{Gate, Pending};
use crate::browser::storage::Area;
use crate::browser::timer::Timer;
use crate::browser::{self, clock, native, page};
use crate::error::{AuthError, Result};
use crate::oauth::arrival::Redirect;
use crate::oauth::sign_in::SignIn;
use crate::oauth::tokens::Tokens;
use crate::options::{Config, Flow, Options, StorageKind};
use crate::secret::Secret;
use crate::session::{Change, Effect, Event, Machine, Session, login_required};
use crate::text::concat;
use crate::time::Instant;
use crate::url::Url;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

type Listener = Rc<dyn Fn(Change)>;

thread_local! {
    /// The cores of this page load: one for each configuration, kept until the page ends, so that a client that is closed
    /// and created again finds its session and its answer.
    static CORES: RefCell<Vec<Rc<Core>>> = const { RefCell::new(Vec::new()) };
}

/// The shared part of all clients of one configuration. No callback of the app's runs while something here is borrowed.
pub struct Core {
    pub config: Config,
    hooks: RefCell<Hooks>,
    machine: RefCell<Machine>,
    redirect: RefCell<Redirect>,
    listeners: RefCell<Vec<(u32, Listener)>>,
    next_listener: Cell<u32>,
    timer: RefCell<Option<Timer>>,
    wake_at: Cell<Option<Instant>>,
    open: Cell<u32>,
    /// Shut until the answer that this page load may be is dealt with.
    pub begun: Gate,
    /// Shut while a renewal is under way.
    renewal: Gate,
    /// The revocations under way.
    pub revocations: Pending,
    pub domain: Domain,
    /// What is in storage, as far as this page knows.
    stored: RefCell<Option<Secret>>,
    /// How often the user has signed out.
    pub sign_outs: Cell<u32>,
    /// When this page was last left for the logout page.
    pub left: Cell<Option<Instant>>,
}

impl Core {
    /// The core of these options, made and begun at the first call. It has begun when its gate is open.
    pub fn of(options: Options, hooks: Hooks) -> Result<Rc<Self>> {
        let page = page::url()?;
        let config = Config::check(options, &page, &browser::url::parse)?;
        let known =
            CORES.with_borrow(|cores| cores.iter().find(|core| core.config == config).cloned());
        if let Some(core) = known {
            let mut kept = core.hooks.borrow_mut();
            kept.log = hooks.log.or(kept.log.take());
            kept.navigate = hooks.navigate.or(kept.navigate.take());
            drop(kept);
            return Ok(core);
        }
        let core = Rc::new(Core {
            machine: RefCell::new(Machine::new(config.renew_before)),
            config,
            hooks: RefCell::new(hooks),
            redirect: RefCell::new(Redirect::None),
            listeners: RefCell::default(),
            next_listener: Cell::new(0),
            timer: RefCell::new(None),
            wake_at: Cell::new(None),
            open: Cell::new(0),
            begun: Gate::default(),
            renewal: Gate::default(),
            revocations: Pending::default(),
            domain: Domain::default(),
            stored: RefCell::new(None),
            sign_outs: Cell::new(0),
            left: Cell::new(None),
        });
        CORES.with_borrow_mut(|cores| cores.push(Rc::clone(&core)));
        native::remember();
        core.begin(&page);
        Ok(core)
    }

    fn begin(self: &Rc<Self>, page: &Url) {
        let answer = redirect::take_in(self, page);
        if self.config.api_key.is_none() {
            self.restore();
        }
        if let Some(answer) = answer {
            redirect::finish(self, answer);
        } else {
            redirect::arrive(self);
        }
    }

    fn restore(self: &Rc<Self>) {
        let stored = self.area().and_then(|area| area.get(&self.key("session")));
        let stored = stored.map(Secret::new);
        self.stored.replace(stored.clone());
        self.apply(Event::Restored(stored));
    }

    /// Has the machine take an event in, and carries out what it says.
    pub fn apply(self: &Rc<Self>, event: Event) {
        let effects = self.machine.borrow_mut().step(event, clock::now());
        self.wake_at.set(None);
        for effect in effects {
            match effect {
                Effect::Store(text) => self.store(text),
                Effect::Remove => self.remove(),
                Effect::Renew(number, refresh_token) => self.renew(number, refresh_token),
                Effect::Revoke(tokens) => self.revoke(&tokens),
                Effect::WakeAt(instant) => self.wake_at.set(Some(instant)),
                Effect::Log(line) => self.log(line),
                Effect::Announce(change) => self.announce(change),
            }
        }
        self.set_timer();
        if self.renewal.is_shut() && !self.machine.borrow().is_renewing() {
            self.renewal.open();
        }
    }

    fn renew(self: &Rc<Self>, number: u32, refresh_token: Secret) {
        let Some(old) = self.tokens() else {
            return;
        };
        self.renewal.shut();
        let core = Rc::clone(self);
        spawn_local(async move {
            let outcome = core.refresh(&old, &refresh_token).await;
            core.apply(Event::Renewed(number, outcome));
        });
    }

    /// Waits for the renewal under way, or due.
    pub async fn ready(self: &Rc<Self>) {
        if self.is_renewing() {
            self.renewal.pass().await;
        }
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
        self.apply(Event::Renew);
        if !self.machine.borrow().is_renewing() {
            return Err(login_required());
        }
        self.renewal.pass().await;
        if let Some(error) = self.machine.borrow().failure() {
            return Err(error.clone());
        }
        self.session().ok_or_else(login_required)
    }

    fn area(&self) -> Option<Area> {
        Area::open(self.config.storage)
    }

    fn store(&self, text: Secret) {
        let key = self.key("session");
        let is_stored = self
            .area()
            .is_some_and(|area| area.set(&key, text.reveal()));
        self.stored.replace(is_stored.then_some(text));
        if !is_stored && self.config.storage != StorageKind::Memory {
            self.log(
                "the browser's storage is blocked or full: the session is kept for this page only",
            );
        }
    }

    fn remove(&self) {
        let (key, stored) = (self.key("session"), self.stored.take());
        if let (Some(area), Some(stored)) = (self.area(), stored)
            && area.get(&key).is_some_and(|text| text == stored.reveal())
        {
            area.remove(&key);
        }
    }

    /// Ends the session of every client on this page that shares it.
    pub fn sign_out(&self) {
        let key = self.key("session");
        let cores = CORES.with_borrow(Clone::clone);
        for core in cores.iter().filter(|core| core.key("session") == key) {
            core.sign_outs.set(core.sign_outs.get().wrapping_add(1));
            core.apply(Event::SignedOut);
        }
    }

    fn announce(&self, change: Change) {
        self.log(&concat(&["session ", change.as_str()]));
        if let Change::RenewalFailed(error) = &change {
            self.log(error.message());
        }
        let listeners = self.listeners.borrow().clone();
        for (id, listener) in listeners {
            let is_subscribed = self
                .listeners
                .borrow()
                .iter()
                .any(|(known, _)| *known == id);
            if is_subscribed {
                listener(change.clone());
            }
        }
    }

    fn set_timer(self: &Rc<Self>) {
        let timer = match self.wake_at.get() {
            Some(instant) if self.open.get() > 0 => {
                let core = Rc::downgrade(self);
                Timer::after(instant.since(clock::now()), move || {
                    if let Some(core) = core.upgrade() {
                        core.apply(Event::Tick);
                    }
                })
            }
            _ => None,
        };
        self.timer.replace(timer);
    }

    /// One more client.
    pub fn open(self: &Rc<Self>) {
        self.open.set(self.open.get() + 1);
        self.apply(Event::Tick);
    }

    /// One client less. The last one stops the timer.
    pub fn close(self: &Rc<Self>) {
        self.open.set(self.open.get().saturating_sub(1));
        self.set_timer();
    }

    pub fn subscribe(&self, listener: Listener) -> u32 {
        let id = self.next_listener.get();
        self.next_listener.set(id.wrapping_add(1));
        self.listeners.borrow_mut().push((id, listener));
        id
    }

    pub fn unsubscribe(&self, id: u32) {
        let mut listeners = self.listeners.borrow_mut();
        let at = listeners.iter().position(|(known, _)| *known == id);
        let gone = at.map(|at| listeners.remove(at));
        // In this order: what a listener holds may be a subscription, whose end comes back here.
        drop(listeners);
        drop(gone);
    }

    pub fn session(&self) -> Option<Session> {
        if self.config.api_key.is_some() {
            return Some(Session {
                flow: Flow::ApiKey.as_str(),
                token_type: API_KEY_HEADER,
                scope: String::new(),
                expires_at: None,
                can_renew: false,
            });
        }
        self.machine.borrow().session(clock::now())
    }

    /// Whether there can be sessions at all.
    ///
    /// # Errors
    /// `configuration`
    pub fn check_has_sessions(&self) -> Result<()> {
        match self.config.api_key {
            None => Ok(()),
            Some(_) => Err(AuthError::option(
                "apiKey",
                "signs the requests of this client: there is nobody to sign in or out, and no token. Use fetch, signUrl \
                 and openWebSocket.",
            )),
        }
    }

    /// The access token.
    ///
    /// # Errors
    /// See [`Machine::token`].
    pub fn token(&self) -> Result<Secret> {
        self.machine.borrow().token(clock::now()).cloned()
    }

    fn tokens(&self) -> Option<Tokens> {
        self.machine.borrow().tokens().cloned()
    }

    /// The tokens in storage, if it was another page that put them there.
    pub fn stored_by_another(&self) -> Option<Tokens> {
        let text = Secret::new(self.area()?.get(&self.key("session"))?);
        let stored = self.stored.borrow();
        let is_ours = stored
            .as_ref()
            .is_some_and(|stored| stored.reveal() == text.reveal());
        if is_ours {
            None
        } else {
            Tokens::from_text(text.reveal())
        }
    }

    pub fn redirect(&self) -> Redirect {
        self.redirect.borrow().clone()
    }

    pub fn set_redirect(&self, redirect: Redirect) {
        self.redirect.replace(redirect);
    }

    /// Whether another page would have the session, if there is one.
    pub fn can_leave(&self) -> bool {
        self.stored.borrow().is_some() || self.session().is_none()
    }

    /// Looks into storage again, after this page was away.
    pub fn look_again(self: &Rc<Self>) {
        self.apply(Event::Tick);
        if self.session().is_none() {
            self.restore();
            if self.session().is_some() {
                self.announce(Change::SignedIn);
            }
        }
    }

    /// Whether a sign-in is one that this client takes the answer of.
    pub fn is_mine(&self, sign_in: &SignIn) -> bool {
        self.began(sign_in)
            && sign_in.redirect_uri == self.config.redirect_uri
            && sign_in.storage == self.config.storage
            && sign_in.flow == self.config.flow
    }

    /// Whether a sign-in was begun by a client of the same server and id.
    pub fn began(&self, sign_in: &SignIn) -> bool {
        sign_in.server == self.config.server.origin() && sign_in.client_id == self.config.client_id
    }

    /// The storage key of this client's data of that name.
    pub fn key(&self, name: &str) -> String {
        let server = self.config.server.origin();
        concat(&[
            "placeos-auth:",
            name,
            ":",
            server,
            // An origin has none in it, so no two clients have the same key.
            "/",
            &self.config.client_id,
        ])
    }

    pub fn log(&self, line: &str) {
        let log = self.hooks.borrow().log.clone();
        if let Some(log) = log {
            log(line);
        }
    }

    /// Has the app navigate; says whether it did.
    pub fn navigate(&self, href: &str) -> bool {
        let navigate = self.hooks.borrow().navigate.clone();
        navigate.is_some_and(|navigate| navigate(href))
    }
}
