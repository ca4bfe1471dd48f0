//! The head and foot that every page stands between.

use senim_core::text::Language;
use yew::prelude::*;

use super::{Flawed, Logo};
use crate::browser::{document, focus};
use crate::language::{LanguageChoice, use_language, use_language_choice};
use crate::support::{dialled, use_support};
use crate::theme::Theme;
use crate::words::common;

#[derive(Properties, PartialEq)]
pub struct FrameProps {
    /// The page's name, as the browser's tab tells it.
    pub title: AttrValue,
    /// Where the mark leads.
    pub home: AttrValue,
    /// Links beside the mark.
    #[prop_or_default]
    pub navigation: Html,
    /// The page needs the whole width.
    #[prop_or_default]
    pub wide: bool,
    /// Hears of a newly chosen language.
    #[prop_or_default]
    pub onlanguage: Callback<Language>,
    pub children: Html,
}

#[function_component]
pub fn Frame(props: &FrameProps) -> Html {
    let language = use_language();
    let flawed = use_state_eq(|| false);
    {
        let mut name = format!("{} · {}", props.title, common::SENIM.say(language));
        if *flawed {
            name = format!("{}: {name}", common::ERROR.say(language));
        }
        use_effect_with(name, |name| document().set_title(name));
    }
    let tell = {
        let flawed = flawed.setter();
        use_callback((), move |is: bool, ()| flawed.set(is))
    };
    let skip = Callback::from(|event: MouseEvent| {
        event.prevent_default();
        focus("#main");
    });
    html! {
        <>
            <a class="skip" href="#main" onclick={skip}>{ common::SKIP.say(language) }</a>
            <header class="head">
                <div class={classes!("head-row", props.wide.then_some("wide"))}>
                    <a class="brand" href={props.home.clone()} aria-label={common::SENIM.say(language)}>
                        <Logo />
                        <span class="brand-name">{ common::SENIM.say(language) }</span>
                    </a>
                    { props.navigation.clone() }
                    <div class="head-tools">
                        <Languages onlanguage={props.onlanguage.clone()} />
                        <ThemeToggle />
                    </div>
                </div>
            </header>
            <main id="main" tabindex="-1" class={classes!("main", props.wide.then_some("wide"))}>
                <ContextProvider<Flawed> context={Flawed(tell)}>
                    { props.children.clone() }
                </ContextProvider<Flawed>>
            </main>
            <footer class="foot">
                <div class={classes!("foot-row", props.wide.then_some("wide"))}>
                    <p><strong>{ common::SLOGAN.say(language) }</strong></p>
                    <p>{ common::FOOTER.say(language) }</p>
                    <Support />
                    <ul class="foot-links">
                        for (to, test, word) in [
                            ("/help", "foot-help", common::HELP),
                            ("/accessibility", "foot-accessibility", common::ACCESSIBILITY),
                            ("/privacy", "foot-privacy", common::PRIVACY),
                            ("/agreement", "foot-agreement", common::AGREEMENT),
                            ("/agreement#editions", "foot-editions", common::EDITIONS),
                        ] {
                            <li><a href={to} data-test={test}>{ word.say(language) }</a></li>
                        }
                    </ul>
                    <p data-test="clock">{ common::CLOCK.say(language) }</p>
                </div>
            </footer>
        </>
    }
}

/// Phone and e-mail of who helps, where the operator has configured any.
#[function_component]
pub fn Support() -> Html {
    let language = use_language();
    let support = use_support();
    if support.phone.is_none() && support.email.is_none() {
        return Html::default();
    }
    html! {
        <p class="support" data-test="support">
            { common::CONTACT.say(language) }{ ": " }
            if let Some(phone) = &support.phone {
                <a href={dialled(phone)}>{ phone }</a>
            }
            if support.phone.is_some() && support.email.is_some() {
                { ", " }
            }
            if let Some(email) = &support.email {
                <a href={format!("mailto:{email}")}>{ email }</a>
            }
        </p>
    }
}

#[derive(Properties, PartialEq)]
struct LanguagesProps {
    onlanguage: Callback<Language>,
}

#[function_component]
fn Languages(props: &LanguagesProps) -> Html {
    let LanguageChoice { language, choose } = use_language_choice();
    html! {
        <div class="languages" role="group" aria-label={common::LANGUAGE.say(language)}>
            for (it, short, name) in [
                (Language::Kk, "Қаз", "Қазақша"),
                (Language::Ru, "Рус", "Русский"),
                (Language::En, "Eng", "English"),
            ] {
                <button
                    key={it.code()}
                    type="button"
                    lang={it.code()}
                    title={name}
                    aria-pressed={if it == language { "true" } else { "false" }}
                    data-test={format!("language-{}", it.code())}
                    onclick={
                        let (choose, onlanguage) = (choose.clone(), props.onlanguage.clone());
                        move |_| {
                            choose.emit(it);
                            onlanguage.emit(it);
                        }
                    }
                >
                    <span aria-hidden="true">{ short }</span>
                    <span class="visually-hidden">{ name }</span>
                </button>
            }
        </div>
    }
}

#[function_component]
fn ThemeToggle() -> Html {
    let language = use_language();
    let theme = use_state(Theme::current);
    let label = match *theme {
        Theme::Light => common::THEME_DARK,
        Theme::Dark => common::THEME_LIGHT,
    };
    let sign = match *theme {
        Theme::Light => "M15.5 12.2A6.5 6.5 0 0 1 7.8 4.5a6.5 6.5 0 1 0 7.7 7.7z",
        Theme::Dark => {
            "M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM10 1.8v1.7M10 16.5v1.7M1.8 10h1.7M16.5 10h1.7M4.2 4.2l1.2 1.2M14.6 14.6l1.2 1.2M4.2 15.8l1.2-1.2M14.6 5.4l1.2-1.2"
        }
    };
    let onclick = move |_| {
        let other = theme.other();
        other.apply();
        theme.set(other);
    };
    html! {
        <button
            type="button"
            class="theme-toggle"
            data-test="theme-toggle"
            title={label.say(language)}
            aria-label={label.say(language)}
            {onclick}
        >
            <svg viewBox="0 0 20 20" aria-hidden="true" focusable="false"><path d={sign} /></svg>
        </button>
    }
}
