//! The client around the session's machine. It touches everything and decides nothing: it hands events in, and carries out
//! the effects.
//!
//! | module | what it is for |
//! | --- | --- |
//! | `server` | our own requests to the server |
//! | `renewal`, `frame` | a renewal, or a silent sign-in, asks the server |
//! | `authorization_request` | what a frame or a popup asks the server |
//! | `api_keys` | what signs in place of a session |
//! | `session_store`, `tabs`, `turns`, `listeners` | what effects are carried out on |
//! | `page_events` | what happens to the page |
//! | `hooks` | what an app gives besides plain options |
//!
//! None of them knows the client: tasks return an event, and only [`Client::handle`] hands events in.

mod api_keys;
pub mod authorization_request;
pub mod frame;
pub mod hooks;
mod listeners;
mod page_events;
mod renewal;
pub mod server;
mod session_store;
mod tabs;
mod turns;

use crate::browser::latch::Latch;
use crate::browser::timeout::timeout;
use crate::browser::timer::Timer;
use crate::browser::{clock, lock, page};
use crate::config::Config;
use crate::credential::Credential;
use crate::error::Result;
use crate::options::StorageKind;
use crate::session::attempt::SignInAttempt;
use crate::session::call::{Call, NextStep};
use crate::session::effect::{Change, Effect};
use crate::session::end_reason::EndReason;
use crate::session::event::{Event, Snapshot};
use crate::session::failure::login_required;
#[cfg(feature = "bindings")]
use crate::session::pass::Pass;
use crate::session::tab_message::TabMessage;
use crate::session::view::Session;
use crate::session::{Machine, Settings};
use crate::text::concat;
use crate::time::Instant;
use api_keys::ApiKeys;
use hooks::AppHooks;
use listeners::Listeners;
use page_events::PageEvents;
use server::Server;
use session_store::SessionStore;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;
use tabs::TabChannel;
use turns::TurnHandles;
use wasm_bindgen_futures::spawn_local;

/// The client of one configuration. No callback of the app's runs while something here is borrowed.
pub struct Client {
    pub config: Rc<Config>,
    pub hooks: Rc<AppHooks>,
    pub server: Rc<Server>,
    machine: RefCell<Machine>,
    /// What happened while the effects of an earlier event are carried out.
    events: RefCell<Vec<Event>>,
    is_handling: Cell<bool>,
    store: SessionStore,
    pub api_keys: ApiKeys,
    channel: TabChannel,
    turns: TurnHandles,
    listeners: Listeners,
    page_events: RefCell<Option<PageEvents>>,
    timer: RefCell<Option<Timer>>,
    /// How many are open.
    open: Cell<u32>,
    /// Closed while a renewal is under way.
    renewal: Latch,
}

impl Client {
    /// Without a session.
    pub fn new(config: Config, hooks: AppHooks) -> Self {
        let (config, hooks) = (Rc::new(config), Rc::new(hooks));
        let settings = Settings {
            renew_before: config.renew_before,
            storage: config.storage,
            lock_prefix: config.key("renewal"),
        };
        let first_echo = (js_sys::Math::random() * f64::from(u32::MAX)) as u32;
        let key = config.key("session");
        let is_shared = config.storage != StorageKind::Memory;
        Client {
            server: Rc::new(Server::new(Rc::clone(&config), Rc::clone(&hooks))),
            machine: RefCell::new(Machine::new(settings, first_echo)),
            events: RefCell::default(),
            is_handling: Cell::new(false),
            store: SessionStore::new(config.storage, key.clone()),
            api_keys: ApiKeys::new(&config, Rc::clone(&hooks)),
            channel: TabChannel::new(is_shared.then_some(key)),
            turns: TurnHandles::default(),
            listeners: Listeners::default(),
            page_events: RefCell::new(None),
            timer: RefCell::new(None),
            open: Cell::new(0),
            renewal: Latch::default(),
            config,
            hooks,
        }
    }

    /// Hands an event in, and carries out all effects before the next one. An event that comes meanwhile, from a listener
    /// that calls back, is handed in afterwards.
    pub fn handle(self: &Rc<Self>, event: Event) {
        self.events.borrow_mut().push(event);
        if self.is_handling.replace(true) {
            return;
        }
        while let Some(event) = self.next_event() {
            let snapshot = self.snapshot();
            let effects = self.machine.borrow_mut().step(event, snapshot);
            // Before the listeners are called: one of them may begin the next renewal.
            if self.is_renewing() {
                self.renewal.close();
            } else {
                self.renewal.open();
            }
            for effect in effects {
                self.carry_out(effect);
            }
        }
        self.is_handling.set(false);
        self.set_timer();
    }

    fn next_event(&self) -> Option<Event> {
        let mut events = self.events.borrow_mut();
        (!events.is_empty()).then(|| events.remove(0))
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot {
            now: clock::now(),
            stored: self.store.read(),
            is_visible: page::is_visible(),
            random: js_sys::Math::random(),
        }
    }

    fn carry_out(self: &Rc<Self>, effect: Effect) {
        match effect {
            Effect::Store(text) => {
                if !self.store.write(&text) {
                    self.handle(Event::NotStored);
                }
            }
            Effect::Remove => self.store.remove(),
            Effect::Clear => self.store.clear(),
            Effect::RequestLock { turn, lock, name } => self.request_lock(turn, lock, &name),
            Effect::StartTimer { turn, span } => self.start_timer(turn, span),
            Effect::StopTimer(turn) => self.turns.set_timer(turn, None),
            Effect::EndTurn(turn) => self.turns.end(turn),
            Effect::AskServer {
                renewal,
                method,
                old,
            } => {
                let client = Rc::clone(self);
                spawn_local(async move {
                    let is_wanted = || client.machine.borrow().wants(renewal);
                    let outcome = renewal::ask(&client.server, method, &old, &is_wanted).await;
                    client.handle(Event::ServerAnswered { renewal, outcome });
                });
            }
            Effect::Revoke(tokens) => self.server.revoke(&tokens),
            Effect::Post(message) => self.channel.post(&message),
            Effect::PostEcho(number) => {
                if !self.channel.post_echo(number) {
                    // Nor do other tabs send anything to this one.
                    self.handle(Event::PeerMessage(TabMessage::Echo(number)));
                }
            }
            Effect::Notify(change) => self.notify(&change),
            Effect::Log(line) => self.hooks.log(line),
        }
    }

    /// Hands an event in later, if this client still exists.
    fn later<T, F>(self: &Rc<Self>, event: F) -> impl Fn(T) + use<T, F>
    where
        F: Fn(T) -> Event,
    {
        let client = Rc::downgrade(self);
        move |value| {
            if let Some(client) = client.upgrade() {
                client.handle(event(value));
            }
        }
    }

    fn request_lock(self: &Rc<Self>, turn: u32, number: u32, name: &str) {
        let answered = self.later(move |is_granted| {
            if is_granted {
                Event::LockGranted(number)
            } else {
                Event::LockUnavailable(number)
            }
        });
        match lock::request(name, answered) {
            Some(lock) => self.turns.set_lock(turn, lock),
            None => self.handle(Event::LockUnavailable(number)),
        }
    }

    fn start_timer(self: &Rc<Self>, turn: u32, span: Duration) {
        let fired = self.later(move |()| Event::TimerFired(turn));
        match Timer::after(span, move || fired(())) {
            Some(timer) => self.turns.set_timer(turn, Some(timer)),
            None => self.handle(Event::TimerFired(turn)),
        }
    }

    fn notify(&self, change: &Change) {
        self.hooks.log(&concat(&["session ", change.as_str()]));
        if let Some(error) = change.error() {
            self.hooks.log(error.message());
        }
        self.listeners.notify(change);
    }

    fn set_timer(self: &Rc<Self>) {
        let now = clock::now();
        let wake_up_at = self.machine.borrow().wake_up_at(now);
        let wake_up_at = wake_up_at.filter(|_| self.open.get() > 0);
        let fired = self.later(|()| Event::Tick);
        let timer = wake_up_at.and_then(|at| Timer::after(at.since(now), move || fired(())));
        self.timer.replace(timer);
    }

    /// One more is open.
    pub fn open(self: &Rc<Self>) {
        self.open.set(self.open.get() + 1);
        if self.config.api_key.is_some() {
            return;
        }
        if self.page_events.borrow().is_some() {
            return self.handle(Event::Tick);
        }
        self.channel.open(self.later(Event::PeerMessage));
        let page_events = PageEvents::listen(self.later(|event| event));
        self.page_events.replace(Some(page_events));
        self.handle(Event::Opened);
    }

    /// One less is open. The last one stops the timer, and gets no more messages.
    pub fn close(self: &Rc<Self>) {
        self.open.set(self.open.get().saturating_sub(1));
        if self.open.get() == 0 {
            self.channel.close();
            drop(self.page_events.take());
        }
        self.set_timer();
    }

    /// Calls back after every change; gives the number that ends it.
    pub fn subscribe(&self, listener: Rc<dyn Fn(Change)>) -> u32 {
        self.listeners.add(listener)
    }

    pub fn unsubscribe(&self, id: u32) {
        self.listeners.remove(id);
    }

    pub fn session(&self) -> Option<Session> {
        if let Some(session) = self.api_keys.session() {
            return Some(session);
        }
        self.machine.borrow().session(clock::now())
    }

    pub fn outlives_page(&self) -> bool {
        self.machine.borrow().outlives_page(clock::now())
    }

    pub fn begin_sign_in(&self) -> SignInAttempt {
        self.machine.borrow_mut().begin_sign_in()
    }

    pub fn is_current(&self, attempt: SignInAttempt) -> bool {
        self.machine.borrow().is_current(attempt)
    }

    pub fn signed_out_elsewhere(&self) -> Option<Instant> {
        self.machine.borrow().signed_out_elsewhere()
    }

    fn is_renewing(&self) -> bool {
        self.machine.borrow().is_renewing()
    }

    /// Forgets the API key that came by the page's address.
    pub fn forget_api_key(&self) {
        if self.api_keys.forget() {
            self.notify(&Change::Ended(EndReason::SignedOut));
        }
    }

    /// The server has refused the API key.
    pub fn api_key_refused(&self) {
        if let Some(error) = self.api_keys.refused() {
            self.notify(&Change::RenewalFailed(error));
        }
    }

    /// What to sign with, as it is.
    ///
    /// # Errors
    /// `login_required`; or why an expired token was not renewed.
    pub fn credential_now(&self) -> Result<Credential> {
        if let Some(key) = self.api_keys.credential() {
            return Ok(key);
        }
        let machine = self.machine.borrow();
        machine.token(clock::now()).cloned().map(Credential::Token)
    }

    /// Whether an app's own `Authorization` header is one that the session has signed with.
    pub fn has_authorization(&self, value: &str) -> bool {
        self.machine.borrow().has_authorization(value)
    }

    /// A request of the session there is now.
    pub fn begin_call(&self) -> Call {
        self.machine.borrow().begin_call()
    }

    /// What to do with a request now. A renewal that is due begins.
    pub fn next_step(self: &Rc<Self>, call: &mut Call, can_repeat: bool) -> NextStep {
        if let Some(key) = self.api_keys.credential() {
            return NextStep::Send(key);
        }
        let now = clock::now();
        let is_due = self.machine.borrow().is_due(now);
        if is_due {
            self.handle(Event::TokenWanted);
        }
        if !self.events.borrow().is_empty() {
            // A listener asks; what it has caused is handled when it has returned.
            return NextStep::Wait(None);
        }
        self.machine.borrow().next_step(call, can_repeat, now)
    }

    /// What signs requests that would be sent at once, until something changes; `None` where each has to be looked at.
    #[cfg(feature = "bindings")]
    pub fn pass(&self) -> Option<Pass> {
        if !self.events.borrow().is_empty() || self.api_keys.has_key() {
            return None;
        }
        self.machine.borrow().pass(clock::now())
    }

    /// Whether a pass still does so.
    #[cfg(feature = "bindings")]
    pub fn honours(&self, pass: &Pass) -> bool {
        self.events.borrow().is_empty()
            && !self.api_keys.has_key()
            && self.machine.borrow().honours(pass, clock::now())
    }

    /// Waits for the renewal under way, as [`NextStep::Wait`] says.
    pub async fn wait(&self, call: &mut Call, limit: Option<Duration>) {
        let Some(limit) = limit else {
            return self.renewal.wait().await;
        };
        let waited = timeout(limit, Box::pin(self.renewal.wait())).await;
        if waited.is_none() {
            call.wait_no_longer();
            if self.machine.borrow().token(clock::now()).is_ok() {
                self.hooks
                    .log("the renewal takes long: sending with the token there is");
            }
        }
    }

    /// What to sign with now, renewed first when due.
    ///
    /// # Errors
    /// `login_required`, also if the session ended meanwhile; or why an expired token could not be renewed.
    pub async fn credential(self: &Rc<Self>) -> Result<Credential> {
        let mut call = self.begin_call();
        loop {
            match self.next_step(&mut call, false) {
                NextStep::Send(credential) => return Ok(credential),
                NextStep::Wait(limit) => self.wait(&mut call, limit).await,
                NextStep::Fail(error) => return Err(error),
                // Only what was sent is handed on.
                NextStep::HandOn => return Err(login_required()),
            }
        }
    }

    /// Renews now, or joins the renewal under way.
    ///
    /// # Errors
    /// `login_required` when only the user can help; otherwise why it failed.
    pub async fn renew(self: &Rc<Self>) -> Result<Session> {
        let call = self.begin_call();
        self.handle(Event::RenewalWanted);
        if self.is_renewing() {
            self.renewal.wait().await;
        }
        self.machine.borrow().after_renewal(&call, clock::now())
    }
}
