//! Waits that end by the clock.

use crate::browser::latch::Latch;
use crate::browser::timer::Timer;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

/// What a future gives, if it does so within a span. It is dropped then, whatever it was at. Without timers the span is over
/// at once, because every wait has to end.
pub async fn timeout<T>(
    span: Duration,
    future: Pin<Box<dyn Future<Output = T> + '_>>,
) -> Option<T> {
    let over = Latch::default();
    over.close();
    let notify = over.clone();
    let _timer = Timer::after(span, move || notify.open())?;
    before(&over, future).await
}

/// What a future gives, if it does so before a latch opens.
pub async fn before<T>(
    latch: &Latch,
    mut future: Pin<Box<dyn Future<Output = T> + '_>>,
) -> Option<T> {
    let mut end = pin!(latch.wait());
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => end.as_mut().poll(context).map(|()| None),
    })
    .await
}

/// Waits for a span. Without timers it is over at once.
pub async fn sleep(span: Duration) {
    let over = Latch::default();
    over.close();
    let notify = over.clone();
    if let Some(_timer) = Timer::after(span, move || notify.open()) {
        over.wait().await;
    }
}
