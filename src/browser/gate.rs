//! A wait of many for one.

use crate::browser::timer::Timer;
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

/// Open at first. While it is shut, whoever comes waits. A clone is the same gate.
#[derive(Clone, Default)]
pub struct Gate(Rc<State>);

#[derive(Default)]
struct State {
    is_shut: Cell<bool>,
    /// How often it was opened.
    openings: Cell<u32>,
    waiting: RefCell<Vec<Waker>>,
}

impl Gate {
    /// Makes those who come from now on wait.
    pub fn shut(&self) {
        self.0.is_shut.set(true);
    }

    /// Makes them wait for a task: as long as this guard is part of it.
    pub fn shut_until_dropped(&self) -> Shut {
        self.shut();
        Shut(self.clone())
    }

    /// Lets everyone pass.
    pub fn open(&self) {
        self.0.is_shut.set(false);
        self.0.openings.set(self.0.openings.get().wrapping_add(1));
        self.0.waiting.take().into_iter().for_each(Waker::wake);
    }

    /// Whether whoever comes waits.
    pub fn is_shut(&self) -> bool {
        self.0.is_shut.get()
    }

    /// Waits until it is open, or was for a moment.
    pub async fn pass(&self) {
        let openings = self.0.openings.get();
        poll_fn(|context| {
            if !self.is_shut() || self.0.openings.get() != openings {
                return Poll::Ready(());
            }
            self.0.waiting.borrow_mut().push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

/// A shut gate. Dropping this opens it, in whatever way a task ends.
#[must_use = "dropping this opens the gate"]
pub struct Shut(Gate);

impl Drop for Shut {
    fn drop(&mut self) {
        self.0.open();
    }
}

/// A wait for the end of things that were begun. A clone is the same wait.
#[derive(Clone, Default)]
pub struct Pending {
    count: Rc<Cell<u32>>,
    none: Gate,
}

impl Pending {
    /// One more, as long as this guard is part of its task.
    pub fn begin(&self) -> Begun {
        self.count.set(self.count.get() + 1);
        self.none.shut();
        Begun(self.clone())
    }

    /// Waits until there is none.
    pub async fn ended(&self) {
        self.none.pass().await;
    }
}

/// One of the things that were begun. Dropping it ends it.
#[must_use = "dropping this ends it"]
pub struct Begun(Pending);

impl Drop for Begun {
    fn drop(&mut self) {
        let Begun(Pending { count, none }) = self;
        count.set(count.get().saturating_sub(1));
        if count.get() == 0 {
            none.open();
        }
    }
}

/// What a future gives, if it does so within a span. It is dropped then, whatever it was at. Without timers the span is over
/// at once, for every wait has to end.
pub async fn within<T>(span: Duration, future: Pin<Box<dyn Future<Output = T> + '_>>) -> Option<T> {
    let over = Gate::default();
    over.shut();
    let bell = over.clone();
    let _timer = Timer::after(span, move || bell.open())?;
    before(&over, future).await
}

/// What a future gives, if it does so before a gate opens.
pub async fn before<T>(
    gate: &Gate,
    mut future: Pin<Box<dyn Future<Output = T> + '_>>,
) -> Option<T> {
    let mut end = pin!(gate.pass());
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => end.as_mut().poll(context).map(|()| None),
    })
    .await
}
