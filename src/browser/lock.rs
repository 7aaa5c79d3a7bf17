//! A turn among the tabs of this origin, by [Web Locks](https://w3c.github.io/web-locks/).

use crate::browser::controller::Abort;
use crate::browser::latch::Latch;
use crate::browser::property;
use crate::browser::timeout::timeout;
use crate::text::concat;
use js_sys::{Function, Object, Promise, Reflect};
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// How long is between two looks, while a turn is waited for. A machine that slept has slept through one of them.
const LOOK: Duration = Duration::from_secs(5);

/// After how many looks without a sign of life of the other tabs the wait is over: no tab in order needs longer for its turn,
/// and one that was frozen in the middle of it must not keep the others out.
const MOST_SILENT: u32 = 5;

/// After how many it is over in any case.
const MOST: u32 = 12;

/// A turn, or the wait for it. Dropping it ends it.
#[must_use = "dropping a turn ends it"]
pub struct Turn {
    _abort: Abort,
    /// Resolves the promise that holds the lock.
    end: Function,
    /// Whether the browser has refused it.
    is_refused: Rc<Cell<bool>>,
    _callback: Closure<dyn FnMut(JsValue) -> Promise>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        // Calling a promise's own resolver can't fail.
        let _ = self.end.call0(&JsValue::UNDEFINED);
    }
}

/// Waits for the turn of that name; `signs` counts the other tabs' signs of life. Behind a tab that keeps its turn, the
/// others form a second queue. `None` where there is no turn to be had, which is said in the log: whoever needs one goes on
/// without.
pub async fn turn(name: &str, signs: &Cell<u32>, log: &dyn Fn(&str)) -> Option<Turn> {
    for queue in ["", "#2"] {
        let latch = Latch::default();
        latch.close();
        let turn = request(&concat(&[name, queue]), &latch);
        if turn.is_some() && !has_come(&latch, signs).await {
            log("another tab takes too long to renew the session: not waiting for it");
            continue;
        }
        let turn = turn.filter(|turn| !turn.is_refused.get());
        if turn.is_none() {
            log(
                "this browser has no Web Locks here (is the page plain http?): tabs may renew at the same time",
            );
        }
        return turn;
    }
    None
}

async fn has_come(latch: &Latch, signs: &Cell<u32>) -> bool {
    let (mut seen, mut silent) = (signs.get(), 0);
    for _ in 0..MOST {
        if timeout(LOOK, Box::pin(latch.wait())).await.is_some() {
            return true;
        }
        silent = if signs.get() == seen { silent + 1 } else { 0 };
        seen = signs.get();
        if silent == MOST_SILENT {
            break;
        }
    }
    false
}

fn request(name: &str, latch: &Latch) -> Option<Turn> {
    let locks = property(&property(&js_sys::global(), "navigator"), "locks");
    let request: Function = property(&locks, "request").dyn_into().ok()?;
    let mut end = None;
    let held = Promise::new(&mut |resolve, _| end = Some(resolve));
    let notify = latch.clone();
    let callback = Closure::new(move |_: JsValue| {
        notify.open();
        held.clone()
    });
    let abort = Abort::new();
    let options = Object::new();
    Reflect::set(&options, &"signal".into(), &abort.signal()).ok()?;
    let asked = request
        .call3(&locks, &name.into(), &options, callback.as_ref())
        .ok()?;
    // It ends when the wait is ended, which whoever ends it knows, and where there are no locks to be had, whatever stands in
    // for them gives.
    let is_refused = Rc::new(Cell::new(false));
    let (refused, notify) = (Rc::clone(&is_refused), latch.clone());
    spawn_local(async move {
        let _ = JsFuture::from(Promise::resolve(&asked)).await;
        if notify.is_closed() {
            refused.set(true);
            notify.open();
        }
    });
    Some(Turn {
        _abort: abort,
        end: end?,
        is_refused,
        _callback: callback,
    })
}
