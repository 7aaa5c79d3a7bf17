//! A task that one caller begins, and others join.

use crate::browser::latch::Latch;
use std::pin::Pin;
use wasm_bindgen_futures::spawn_local;

/// One task at a time. It goes on if nobody waits for it any more, and leaves its outcome where those who wait know to look.
#[derive(Default)]
pub struct SharedTask(Latch);

impl SharedTask {
    /// Begins this task, or joins the one under way; waits until it has ended.
    pub async fn join(&self, task: Pin<Box<dyn Future<Output = ()>>>) {
        if !self.0.is_closed() {
            let closed = self.0.close_until_dropped();
            spawn_local(async move {
                task.await;
                drop(closed);
            });
        }
        self.0.wait().await;
    }
}
