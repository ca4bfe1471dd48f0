//! Something the server knows, shown while it is fresh enough.

use std::cell::Cell;
use std::rc::Rc;

use serde::de::DeserializeOwned;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::api::{self, Trouble};
use crate::browser::sleep;

/// The last good answer stays in sight while the next one is fetched, or fails.
pub struct Resource<T> {
    pub value: Option<Rc<T>>,
    /// Whether the value is of the path that is asked now; after a change of it the old one stays until it is.
    pub fresh: bool,
    pub trouble: Option<Trouble>,
    pub reload: Callback<()>,
    /// Puts what a `POST` answered in the place of what was read.
    pub replace: Callback<T>,
}

/// Reads `path`, again whenever it changes, and every `refresh_ms` where given.
#[hook]
pub fn use_resource<T: DeserializeOwned + 'static>(
    path: &str,
    refresh_ms: Option<u32>,
) -> Resource<T> {
    let value = use_state(|| None::<(AttrValue, Rc<T>)>);
    let trouble = use_state(|| None::<Trouble>);
    let turn = use_state(|| 0_u32);
    let path = AttrValue::from(path.to_owned());
    {
        let (value, trouble) = (value.clone(), trouble.clone());
        use_effect_with((path.clone(), *turn), move |(path, _)| {
            let alive = Rc::new(Cell::new(true));
            let (path, watch) = (path.clone(), alive.clone());
            spawn_local(async move {
                loop {
                    let answer = api::get::<T>(&path).await;
                    if !watch.get() {
                        return;
                    }
                    let signed_out = answer.as_ref().is_err_and(Trouble::signed_out);
                    match answer {
                        Ok(answer) => {
                            value.set(Some((path.clone(), Rc::new(answer))));
                            trouble.set(None);
                        }
                        Err(error) => trouble.set(Some(error)),
                    }
                    // Only signing in changes that, and then the page is another.
                    let Some(pause) = refresh_ms.filter(|_| !signed_out) else { return };
                    sleep(pause).await;
                    if !watch.get() {
                        return;
                    }
                }
            });
            move || alive.set(false)
        });
    }
    let reload = {
        let trouble = trouble.clone();
        Callback::from(move |()| {
            trouble.set(None);
            turn.set(turn.wrapping_add(1));
        })
    };
    let replace = {
        let (value, trouble, path) = (value.clone(), trouble.clone(), path.clone());
        Callback::from(move |answer| {
            value.set(Some((path.clone(), Rc::new(answer))));
            trouble.set(None);
        })
    };
    let (of, value) = (*value).clone().unzip();
    Resource { value, fresh: of == Some(path), trouble: (*trouble).clone(), reload, replace }
}
