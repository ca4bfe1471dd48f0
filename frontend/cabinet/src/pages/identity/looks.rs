//! Looks at the server while the session is open: it may end, go on in another browser, or wait for a phone.

use std::cell::Cell;
use std::rc::Rc;

use senim_core::identity::view::{PhoneView, StepView};
use senim_kit::api;
use senim_kit::browser::{document, sleep};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::is_open;
use super::running::{Running, RunningAction, is_over_here};

/// How often the page looks whether the session is still its own.
const LOOK_MS: u32 = 15_000;
/// The same while another device is to do something.
const FOLLOW_MS: u32 = 2_000;

#[hook]
pub(crate) fn use_looks(running: &UseReducerHandle<Running>) {
    let pace = running.view.as_ref().filter(|it| is_open(&it.step)).map(|it| {
        let waits = matches!(it.step, StepView::PhoneWaits { .. });
        let follows = it.phone.as_ref().is_some_and(|it| *it != PhoneView::This);
        if waits || follows { FOLLOW_MS } else { LOOK_MS }
    });
    let pace = pace.filter(|_| !running.trouble.as_ref().is_some_and(is_over_here));
    let running = running.dispatcher();
    use_effect_with(pace, move |&pace| {
        let alive = Rc::new(Cell::new(true));
        let watch = alive.clone();
        if let Some(pace) = pace {
            spawn_local(async move {
                loop {
                    sleep(pace).await;
                    if !watch.get() {
                        break;
                    }
                    if document().hidden() {
                        continue;
                    }
                    let looked = api::get("/api/identity").await;
                    if watch.get() {
                        running.dispatch(RunningAction::Heard(looked));
                    }
                }
            });
        }
        move || alive.set(false)
    });
}
