//! A wait of many for one.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

/// Open at first. While it is closed, all that `wait` for it wait. A clone is the same latch.
#[derive(Clone, Default)]
pub struct Latch(Rc<State>);

#[derive(Default)]
struct State {
    is_closed: Cell<bool>,
    /// How often it was opened.
    openings: Cell<u32>,
    waiting: RefCell<Vec<Waker>>,
}

impl Latch {
    /// Makes those who come from now on wait.
    pub fn close(&self) {
        self.0.is_closed.set(true);
    }

    /// Makes them wait for a task: as long as this guard is part of it.
    pub fn close_until_dropped(&self) -> Closed {
        self.close();
        Closed(self.clone())
    }

    /// Lets everyone pass.
    pub fn open(&self) {
        self.0.is_closed.set(false);
        self.0.openings.set(self.0.openings.get().wrapping_add(1));
        self.0.waiting.take().into_iter().for_each(Waker::wake);
    }

    /// Whether it is closed.
    pub fn is_closed(&self) -> bool {
        self.0.is_closed.get()
    }

    /// Waits until it is open, or was for a moment.
    pub async fn wait(&self) {
        let openings = self.0.openings.get();
        poll_fn(|context| {
            if !self.is_closed() || self.0.openings.get() != openings {
                return Poll::Ready(());
            }
            self.0.waiting.borrow_mut().push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

/// A closed latch. Dropping this opens it, in whatever way a task ends.
#[must_use = "dropping this opens the latch"]
pub struct Closed(Latch);

impl Drop for Closed {
    fn drop(&mut self) {
        self.0.open();
    }
}

/// A wait for the end of things that were begun. A clone is the same wait.
#[derive(Clone, Default)]
pub struct InFlight {
    count: Rc<Cell<u32>>,
    none: Latch,
}

impl InFlight {
    /// One more, as long as this guard is part of its task.
    pub fn begin(&self) -> Begun {
        self.count.set(self.count.get() + 1);
        self.none.close();
        Begun(self.clone())
    }

    /// Waits until there is none.
    pub async fn ended(&self) {
        self.none.wait().await;
    }
}

/// One of the things that were begun. Dropping it ends it.
#[must_use = "dropping this ends it"]
pub struct Begun(InFlight);

impl Drop for Begun {
    fn drop(&mut self) {
        let Begun(InFlight { count, none }) = self;
        count.set(count.get().saturating_sub(1));
        if count.get() == 0 {
            none.open();
        }
    }
}
