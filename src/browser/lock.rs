//! A lock among the tabs of this origin, by [Web Locks](https://w3c.github.io/web-locks/).

use js_sys::Function;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/browser/lock.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = requestLock)]
    fn request_lock(name: &str, answered: &JsValue) -> Result<Option<Function>, JsValue>;
}

/// A lock, or the request for it. Dropping it releases the lock, or ends the request.
#[must_use = "dropping a lock releases it"]
pub struct Lock {
    release: Function,
    _answered: Closure<dyn FnMut(bool)>,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Our own function, which can't fail.
        let _ = self.release.call0(&JsValue::UNDEFINED);
    }
}

/// Requests the lock of that name. Calls back once: with `true` when this tab has it, with `false` when the request has
/// ended without. `None` where the browser has no locks.
pub fn request(name: &str, answered: impl Fn(bool) + 'static) -> Option<Lock> {
    let answered = Closure::new(answered);
    let release = request_lock(name, answered.as_ref()).ok()??;
    Some(Lock {
        release,
        _answered: answered,
    })
}
