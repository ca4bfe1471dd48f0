//! The operator signs in with name, password and the authenticator's code.

use senim_core::operator::view::{OperatorView, SignIn};
use senim_kit::action::use_action;
use senim_kit::api;
use senim_kit::components::{Button, Card, Field, Notice, Tone};
use senim_kit::language::use_language;
use yew::prelude::*;

use crate::words;

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
    let sign_in = {
        let (code, onsignedin) = (code.setter(), props.onsignedin.clone());
        use_action(
            |body: SignIn| async move { api::post::<OperatorView>("/api/console/sign-in", &body).await },
            move |answer| match answer {
                Ok(operator) => onsignedin.emit(operator.clone()),
                // A code works once: the next try needs another.
                Err(_) => code.set(String::new()),
            },
        )
    };
    let onsubmit = {
        let (name, password, code) = (name.clone(), password.clone(), code.clone());
        let run = sign_in.run.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            run.emit(SignIn {
                name: name.trim().to_owned(),
                password: (*password).clone(),
                code: (*code).clone(),
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
                <h1>{ words::SIGN_IN_TITLE.say(language) }</h1>
                if let Some(trouble) = &sign_in.trouble {
                    <Notice tone={Tone::Bad} test="trouble">{ trouble.sentence(language) }</Notice>
                }
                <Field
                    id="name"
                    test="console-name"
                    label={words::NAME.say(language)}
                    value={(*name).clone()}
                    oninput={typed(&name)}
                    autocomplete="username"
                    autofocus=true
                />
                <Field
                    id="password"
                    test="console-password"
                    label={words::PASSWORD.say(language)}
                    value={(*password).clone()}
                    oninput={typed(&password)}
                    kind="password"
                    autocomplete="current-password"
                />
                <Field
                    id="code"
                    test="console-code"
                    label={words::CODE.say(language)}
                    value={(*code).clone()}
                    oninput={typed(&code)}
                    digits={6_usize}
                    autocomplete="one-time-code"
                    hint={words::CODE_HINT.say(language)}
                />
                <div class="actions">
                    <Button test="console-submit" submit=true busy={sign_in.busy}>
                        { words::SIGN_IN.say(language) }
                    </Button>
                </div>
            </form>
        </Card>
    }
}
