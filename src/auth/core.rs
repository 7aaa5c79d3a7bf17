//! What the clients of one configuration share on a page: the session, its timer, its listeners.

use super::fetch::API_KEY_HEADER;
use super::login::UnderWay;
use super::server::Domain;
use super::tabs::Watch;
use super::{Hooks, redirect};
use crate::browser::latch::{InFlight, Latch};
use crate::browser::lock::Turn;
use crate::browser::storage::Area;
use crate::browser::timer::{self, Timer};
use crate::browser::{self, clock, frame, native, page};
use crate::error::{AuthError, Result};
use crate::oauth::arrival::Redirect;
use crate::oauth::sign_in::SignIn;
use crate::oauth::tokens::Tokens;
use crate::options::{Config, Flow, Options, StorageKind};
use crate::secret::Secret;
use crate::session::{Call, Change, Effect, Event, Machine, Session};
use crate::tab_message::TabMessage;
use crate::text::concat;
use crate::time::Instant;
use crate::url::Url;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

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
    pub machine: RefCell<Machine>,
    redirect: RefCell<Redirect>,
    listeners: RefCell<Vec<(u32, Listener)>>,
    next_listener: Cell<u32>,
    timer: RefCell<Option<Timer>>,
    wake_at: Cell<Option<Instant>>,
    open: Cell<u32>,
    /// Closed until the answer that this page load may be is dealt with.
    pub begun: Latch,
    /// The sign-in that this page is being left for.
    pub under_way: UnderWay,
    /// Closed while a renewal is under way.
    pub renewal: Latch,
    /// The turn to renew, on its way from the wait for it to the renewal.
    pub turn: RefCell<Option<Turn>>,
    /// What there is to notice of the world, while there are clients.
    pub watch: RefCell<Option<Watch>>,
    /// Closed until this tab has heard its own last word.
    pub echo: Latch,
    pub echoes: Cell<u32>,
    /// How often it has heard anything: another tab that speaks isn't frozen.
    pub signs: Cell<u32>,
    /// The revocations under way.
    pub revocations: InFlight,
    pub domain: Domain,
    /// What is in storage, as far as this page knows.
    pub stored: RefCell<Option<Secret>>,
    /// How often the user has signed out.
    pub sign_outs: Cell<u32>,
    /// When this page was last left for the logout page.
    pub left: Cell<Option<Instant>>,
}

impl Core {
    /// The core of these options, made and begun at the first call. It has begun when its latch is open.
    pub fn of(options: Options, hooks: Hooks) -> Result<Rc<Self>> {
        let page = page::url()?;
        timer::check_is_there()?;
        frame::check_is_outside()?;
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
            begun: Latch::default(),
            under_way: UnderWay::default(),
            renewal: Latch::default(),
            turn: RefCell::new(None),
            watch: RefCell::new(None),
            echo: Latch::default(),
            // No two tabs count from the same number, for each hears the echoes of all.
            echoes: Cell::new((js_sys::Math::random() * f64::from(u32::MAX)) as u32),
            signs: Cell::new(0),
            revocations: InFlight::default(),
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
        if let Some(answer) = redirect::take_in(self, page) {
            self.restore();
            redirect::finish(self, answer);
        } else {
            redirect::arrive(self);
        }
    }

    /// Takes up the session in storage.
    pub fn restore(self: &Rc<Self>) {
        if self.config.api_key.is_some() {
            return;
        }
        let stored = self.area().and_then(|area| area.get(&self.key("session")));
        let stored = stored.map(Secret::new);
        self.stored.replace(stored.clone());
        self.apply(Event::Restored(stored));
    }

    /// Has the machine take an event in, and carries out what it says.
    pub fn apply(self: &Rc<Self>, event: Event) {
        let effects = self.machine.borrow_mut().step(event, clock::now());
        self.wake_at.set(None);
        // Before anyone hears of it: a listener may begin the next renewal.
        if self.renewal.is_closed() && !self.machine.borrow().is_renewing() {
            self.renewal.open();
        }
        for effect in effects {
            match effect {
                Effect::Store(text) => self.store(text),
                Effect::Replace(text) => self.replace(text),
                Effect::Keep(text) => self.keep(text),
                Effect::Remove => self.remove(),
                Effect::Queue(number) => self.queue(number),
                Effect::Renew(number, method) => self.renew(number, method),
                Effect::Revoke(tokens) => self.revoke(&tokens),
                Effect::Tell(text) => self.tell(&TabMessage::Tokens(text)),
                Effect::TellEnd(generation, ending) => {
                    self.tell(&TabMessage::End(generation, ending))
                }
                Effect::TellFailure(generation, error) => {
                    self.tell(&TabMessage::Failure(generation, error))
                }
                Effect::WakeAt(instant) => self.wake_at.set(Some(instant)),
                Effect::Log(line) => self.log(line),
                Effect::Announce(change) => self.announce(change),
            }
        }
        self.set_timer();
    }

    /// Where the session is stored.
    pub fn area(&self) -> Option<Area> {
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

    /// Stores what another session has not taken the place of, nor newer tokens of this one: what this tab has then lasts as
    /// long as the page.
    fn replace(&self, text: Secret) {
        let key = self.key("session");
        let stored = self.area().and_then(|area| area.get(&key));
        let stored = stored.and_then(|text| Tokens::from_text(&text));
        let is_other = stored.zip(self.tokens()).is_some_and(|(stored, own)| {
            let (stored, own) = (stored.generation(), own.generation());
            !stored.same_session(own) || stored.supersedes(own)
        });
        if !is_other {
            self.store(text);
        }
    }

    /// A tab that stored in everybody's storage what it was told could put it over what was stored since.
    fn keep(&self, text: Secret) {
        match self.config.storage {
            StorageKind::Local => drop(self.stored.replace(Some(text))),
            _ => self.replace(text),
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
        if let Some(error) = change.error() {
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
                        core.tick();
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
        if self.watch.borrow().is_none() && self.config.api_key.is_none() {
            self.watch();
        }
        self.tick();
    }

    /// One client less. The last one stops the timer, and hears no more.
    pub fn close(self: &Rc<Self>) {
        self.open.set(self.open.get().saturating_sub(1));
        if self.open.get() == 0 {
            drop(self.watch.take());
        }
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

    /// A request of the session there is now.
    pub fn begin_call(&self) -> Call {
        self.machine.borrow().begin_call()
    }

    /// The token to send it with.
    ///
    /// # Errors
    /// See [`Machine::sign`].
    pub fn token_for(&self, call: &mut Call) -> Result<Secret> {
        self.machine.borrow().sign(call, clock::now())
    }

    /// The tokens there are, good or not.
    pub fn tokens(&self) -> Option<Tokens> {
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
        self.tick();
        self.take_up();
    }

    /// Takes up the session in storage, if there is none here.
    pub fn take_up(self: &Rc<Self>) {
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
            && self.config.flow.allows(sign_in.flow)
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
