//! What happens to the page while a client is open.

use crate::browser::listener::Listener;
use crate::browser::{property, window};
use crate::session::event::Event;
use std::rc::Rc;

/// The listeners to the page. Dropping them removes them.
#[must_use = "dropping the listeners removes them"]
pub struct PageEvents {
    _listeners: Vec<Listener>,
}

impl PageEvents {
    /// Calls back with what happens to the page.
    pub fn listen(on_event: impl Fn(Event) + 'static) -> Self {
        let on_event = Rc::new(on_event);
        let listeners = window().ok().and_then(|window| {
            let document = window.document()?;
            let listen = |target: &web_sys::EventTarget, name| {
                let on_event = Rc::clone(&on_event);
                Listener::on(target, name, move |event| on_event(read(&event)))
            };
            Some([
                listen(&document, "visibilitychange"),
                listen(&document, "resume"),
                listen(&window, "pageshow"),
                listen(&window, "online"),
            ])
        });
        PageEvents {
            _listeners: listeners.into_iter().flatten().flatten().collect(),
        }
    }
}

fn read(event: &web_sys::Event) -> Event {
    match property(event, "type").as_string().as_deref() {
        Some("online") => Event::Online,
        Some("pageshow") => Event::PageShown,
        _ => Event::PageResumed,
    }
}
