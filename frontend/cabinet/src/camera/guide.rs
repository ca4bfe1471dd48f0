//! Asks the liveness worker what it thinks of a frame; frontend/liveness/worker.js says how.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Array, Function, Object, Promise, Reflect};
use senim_core::photo::Guidance;
use senim_kit::browser::window;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error, StrDeserializer};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlCanvasElement, ImageBitmap, MessageEvent, Worker, WorkerOptions, WorkerType};

const WORKER: &str = "/liveness/worker.js";
/// Fetching a megabyte and warming up, on a slow phone.
const READY_WITHIN_MS: i32 = 30_000;
const ANSWER_WITHIN_MS: i32 = 5_000;

pub(crate) struct Guide {
    worker: Worker,
    ready: RefCell<Option<Promise>>,
    /// Who waits for the next message.
    waiting: Rc<RefCell<Option<Function>>>,
    frame: Cell<u32>,
    onmessage: Closure<dyn Fn(MessageEvent)>,
    onerror: Closure<dyn Fn()>,
}

impl Guide {
    /// Starts the worker; [`Guide::ready`] tells whether it came up.
    pub(crate) fn start() -> Option<Self> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(WORKER, &options).ok()?;
        let waiting = Rc::new(RefCell::new(None::<Function>));
        let answer = {
            let waiting = waiting.clone();
            move |message: &JsValue| {
                if let Some(resolve) = waiting.borrow_mut().take() {
                    let _ = resolve.call1(&JsValue::NULL, message);
                }
            }
        };
        let onmessage = {
            let answer = answer.clone();
            Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| answer(&event.data()))
        };
        let onerror = Closure::<dyn Fn()>::new(move || answer(&JsValue::NULL));
        worker.set_onmessage(Some(onmessage.as_ref().unchecked_ref()));
        worker.set_onerror(Some(onerror.as_ref().unchecked_ref()));
        let ready = RefCell::new(None);
        let guide = Self { worker, ready, waiting, frame: Cell::new(0), onmessage, onerror };
        let promise = guide.next(READY_WITHIN_MS);
        guide.worker.post_message(&message("open")).ok()?;
        *guide.ready.borrow_mut() = Some(promise);
        Some(guide)
    }

    pub(crate) async fn ready(&self) -> bool {
        let promise = self.ready.borrow().clone();
        let Some(promise) = promise else { return false };
        JsFuture::from(promise).await.is_ok_and(|it| text(&it, "type") == "ready")
    }

    /// `None` where this frame could not be judged.
    pub(crate) async fn judge(&self, frame: &HtmlCanvasElement) -> Option<Guidance> {
        let image = window().create_image_bitmap_with_html_canvas_element(frame).ok()?;
        let image = JsFuture::from(image).await.ok()?.unchecked_into::<ImageBitmap>();
        self.frame.set(self.frame.get().wrapping_add(1));
        let question = message("frame");
        Reflect::set(&question, &"id".into(), &self.frame.get().into()).ok()?;
        Reflect::set(&question, &"image".into(), &image).ok()?;
        let promise = self.next(ANSWER_WITHIN_MS);
        self.worker.post_message_with_transfer(&question, &Array::of1(&image)).ok()?;
        let answer = JsFuture::from(promise).await.ok()?;
        // An answer that came after its time belongs to an earlier frame.
        let id = Reflect::get(&answer, &"id".into()).ok()?;
        if text(&answer, "type") != "guidance" || id != self.frame.get() {
            return None;
        }
        let hint = text(&answer, "hint");
        let hint: StrDeserializer<'_, Error> = hint.as_str().into_deserializer();
        Guidance::deserialize(hint).ok()
    }

    /// The next message, or nothing when the time is over.
    fn next(&self, within_ms: i32) -> Promise {
        Promise::new(&mut |resolve, _| {
            let _ =
                window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, within_ms);
            *self.waiting.borrow_mut() = Some(resolve);
        })
    }
}

impl Drop for Guide {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
        let _ = (&self.onmessage, &self.onerror);
    }
}

fn message(kind: &str) -> Object {
    let message = Object::new();
    let _ = Reflect::set(&message, &"type".into(), &kind.into());
    message
}

/// Empty where there is no such text.
fn text(message: &JsValue, name: &str) -> String {
    if !message.is_object() {
        return String::new();
    }
    Reflect::get(message, &name.into()).ok().and_then(|it| it.as_string()).unwrap_or_default()
}
