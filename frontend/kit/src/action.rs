//! Something that the reader has done: one at a time, with its wait and its trouble.

use std::future::Future;
use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::api::Trouble;

pub struct Action<I> {
    pub busy: bool,
    /// Of the last time; forgotten when it is done again.
    pub trouble: Option<Trouble>,
    /// Does nothing while it is at work.
    pub run: Callback<I>,
}

/// `act` does it, `ondone` hears of what came of it, good or bad.
#[hook]
pub fn use_action<I, A, F, Act, Done>(act: Act, ondone: Done) -> Action<I>
where
    I: 'static,
    A: 'static,
    Act: Fn(I) -> F + 'static,
    Done: Fn(&Result<A, Trouble>) + 'static,
    F: Future<Output = Result<A, Trouble>> + 'static,
{
    let busy = use_state(|| false);
    let trouble = use_state(|| None::<Trouble>);
    // States are those of the last drawing; a second press may come before the next one.
    let at_work = use_mut_ref(|| false);
    let run = {
        let (busy, trouble, ondone) = (busy.setter(), trouble.setter(), Rc::new(ondone));
        Callback::from(move |input: I| {
            if at_work.replace(true) {
                return;
            }
            let (busy, trouble) = (busy.clone(), trouble.clone());
            let (at_work, ondone) = (at_work.clone(), ondone.clone());
            busy.set(true);
            trouble.set(None);
            let answer = act(input);
            spawn_local(async move {
                let answer = answer.await;
                at_work.replace(false);
                busy.set(false);
                ondone(&answer);
                trouble.set(answer.err());
            });
        })
    };
    Action { busy: *busy, trouble: (*trouble).clone(), run }
}
