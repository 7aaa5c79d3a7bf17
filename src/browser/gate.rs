//! A wait of many for one.

use crate::browser::timer::Timer;
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

/// Open at first. While it is shut, whoever comes waits.
#[derive(Default)]
pub struct Gate {
    is_shut: Cell<bool>,
    /// How often it was opened.
    openings: Cell<u32>,
    waiting: RefCell<Vec<Waker>>,
}

impl Gate {
    /// Makes those who come from now on wait.
    pub fn shut(&self) {
        self.is_shut.set(true);
    }

    /// Lets everyone pass.
    pub fn open(&self) {
        self.is_shut.set(false);
        self.openings.set(self.openings.get().wrapping_add(1));
        self.waiting.take().into_iter().for_each(Waker::wake);
    }

    /// Whether whoever comes waits.
    pub fn is_shut(&self) -> bool {
        self.is_shut.get()
    }

    /// Waits until it is open, or was for a moment.
    pub async fn pass(&self) {
        let openings = self.openings.get();
        poll_fn(|context| {
            if !self.is_shut() || self.openings.get() != openings {
                return Poll::Ready(());
            }
            self.waiting.borrow_mut().push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

/// A wait for the end of things that were begun.
#[derive(Default)]
pub struct Pending {
    count: Cell<u32>,
    none: Gate,
}

impl Pending {
    /// One more.
    pub fn begin(&self) {
        self.count.set(self.count.get() + 1);
        self.none.shut();
    }

    /// One less.
    pub fn end(&self) {
        self.count.set(self.count.get().saturating_sub(1));
        if self.count.get() == 0 {
            self.none.open();
        }
    }

    /// Waits until there is none.
    pub async fn ended(&self) {
        self.none.pass().await;
    }
}

/// What a future gives, if it does so within a span. It is dropped then, whatever it was at.
pub async fn within<T>(span: Duration, future: Pin<Box<dyn Future<Output = T> + '_>>) -> Option<T> {
    let over = Rc::new(Gate::default());
    over.shut();
    let bell = Rc::clone(&over);
    let _timer = Timer::after(span, move || bell.open());
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
