//! The operator signs in with name, password and the authenticator's code.

use senim_core::operator::view::{OperatorView, SignIn};
use senim_kit::api::{self, Trouble};
use senim_kit::components::{Button, Card, Field, Notice, Tone};
use senim_kit::language::use_language;
use senim_kit::words::console;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct SignInPageProps {
    pub onsignedin: Callback<OperatorView>,
}

#[function_component]
pub(crate) fn SignInPage(props: &SignInPageProps) -> Html {
    let language = use_language();
    let name = use_state(String::new);
    let password = use_state(String::new);
    let code = use_state(String::new);
    let busy = use_state(|| false);
    let trouble = use_state(|| None::<Trouble>);
    let onsubmit = {
        let (name, password, code) = (name.clone(), password.clone(), code.clone());
        let (busy, trouble, onsignedin) = (busy.clone(), trouble.clone(), props.onsignedin.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if *busy {
                return;
            }
            let sign_in = SignIn {
                name: name.trim().to_owned(),
                password: (*password).clone(),
                code: (*code).clone(),
            };
            let (busy, trouble, code, onsignedin) =
                (busy.clone(), trouble.clone(), code.clone(), onsignedin.clone());
            busy.set(true);
            trouble.set(None);
            spawn_local(async move {
                match api::post("/api/console/sign-in", &sign_in).await {
                    Ok(operator) => onsignedin.emit(operator),
                    Err(error) => {
                        // A code works once: the next try needs another.
                        code.set(String::new());
                        trouble.set(Some(error));
                        busy.set(false);
                    }
                }
            });
        })
    };
    let typed = |state: &UseStateHandle<String>| {
        let state = state.clone();
        Callback::from(move |text| state.set(text))
    };
    html! {
        <Card class="sign-in">
            <form class="stack" novalidate=true {onsubmit}>
                <h1>{ console::SIGN_IN_TITLE.say(language) }</h1>
                if let Some(trouble) = &*trouble {
                    <Notice tone={Tone::Bad} test="trouble">{ trouble.sentence(language) }</Notice>
                }
                <Field
                    id="name"
                    test="console-name"
                    label={console::NAME.say(language)}
                    value={(*name).clone()}
                    oninput={typed(&name)}
                    autocomplete="username"
                    autofocus=true
                />
                <Field
                    id="password"
                    test="console-password"
                    label={console::PASSWORD.say(language)}
                    value={(*password).clone()}
                    oninput={typed(&password)}
                    kind="password"
                    autocomplete="current-password"
                />
                <Field
                    id="code"
                    test="console-code"
                    label={console::CODE.say(language)}
                    value={(*code).clone()}
                    oninput={typed(&code)}
                    digits={6_usize}
                    autocomplete="one-time-code"
                    hint={console::CODE_HINT.say(language)}
                />
                <div class="actions">
                    <Button test="console-submit" submit=true busy={*busy}>
                        { console::SIGN_IN.say(language) }
                    </Button>
                </div>
            </form>
        </Card>
    }
}
