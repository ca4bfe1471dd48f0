//! The reader's language: chosen, remembered, or taken from the browser's wishes.

use senim_core::text::Language;
use yew::prelude::*;

use crate::browser::{remember, remembered, set_root_attribute, window};

const KEY: &str = "senim-language";

#[derive(Clone, PartialEq)]
pub struct LanguageChoice {
    pub language: Language,
    pub choose: Callback<Language>,
}

#[derive(Properties, PartialEq)]
pub struct LanguageProviderProps {
    pub children: Html,
}

#[function_component]
pub fn LanguageProvider(props: &LanguageProviderProps) -> Html {
    let language = use_state(preferred);
    use_effect_with(*language, |language| set_root_attribute("lang", language.code()));
    let choose = {
        let language = language.clone();
        Callback::from(move |chosen: Language| {
            remember(KEY, chosen.code());
            language.set(chosen);
        })
    };
    let choice = LanguageChoice { language: *language, choose };
    html! {
        <ContextProvider<LanguageChoice> context={choice}>
            { props.children.clone() }
        </ContextProvider<LanguageChoice>>
    }
}

#[hook]
pub fn use_language_choice() -> LanguageChoice {
    use_context()
        .unwrap_or_else(|| LanguageChoice { language: preferred(), choose: Callback::noop() })
}

#[hook]
pub fn use_language() -> Language {
    use_language_choice().language
}

fn preferred() -> Language {
    let chosen = remembered(KEY).and_then(|code| Language::from_code(&code));
    chosen.or_else(wished).unwrap_or_default()
}

fn wished() -> Option<Language> {
    window().navigator().languages().iter().find_map(|it| Language::from_code(&it.as_string()?))
}
