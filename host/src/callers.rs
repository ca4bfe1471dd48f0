//! Who may call what. Each room's routes are a table of method, path, caller and handler, and the routers are made
//! of these tables alone: a route can't be served without saying who may call it.

use std::marker::PhantomData;

use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, on};

use crate::app::App;

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    Anyone,
    /// A browser with an identity session.
    Browser,
    /// A client who is signed in to the cabinet.
    Client,
    /// An operator who is signed in to the console.
    Operator,
    /// A registered application that proves itself (FAPI 2.0 §5.3.2.1).
    Application,
    /// An application with an access token that is its own (RFC 8705 §3, RFC 9449 §7).
    Token,
    /// A participant's system, by the certificate of its connection.
    Participant,
    /// An edge node, by the certificate of its connection.
    Node,
}

/// An extractor that lets one class of callers in and refuses all others.
pub trait Caller {
    const WHO: Who;
}

/// Who may call, and how the handler makes sure of it.
pub struct By<C> {
    who: Who,
    extractor: PhantomData<fn() -> C>,
}

/// No extractor stands in the handler's arguments.
pub enum Unchecked {}

/// Only callers whom the extractor `C` lets in: it is among the handler's arguments, or this does not compile.
pub const fn by<C: Caller>() -> By<C> {
    By { who: C::WHO, extractor: PhantomData }
}

pub const fn by_anyone() -> By<Unchecked> {
    By { who: Who::Anyone, extractor: PhantomData }
}

/// The handler authenticates the caller itself, because the proof is in the body.
pub const fn by_proof(who: Who) -> By<Unchecked> {
    By { who, extractor: PhantomData }
}

/// A handler whose arguments (`Self`, as axum names them) hold the extractor `C` at the place `P`.
pub trait Admits<C, P> {}

pub struct Anywhere;

pub struct At<const PLACE: usize>;

impl<T> Admits<Unchecked, Anywhere> for T {}

macro_rules! admits {
    ($($place:literal: [$($before:ident)*] [$($after:ident)*];)+) => {$(
        impl<M, C, $($before,)* $($after,)*> Admits<C, At<$place>> for (M, $($before,)* C, $($after,)*) {}
    )+};
}

admits! {
    0: [] [];
    0: [] [D];
    0: [] [D E];
    0: [] [D E F];
    1: [A] [];
    1: [A] [D];
    1: [A] [D E];
    1: [A] [D E F];
    2: [A B] [];
    2: [A B] [D];
    2: [A B] [D E];
}

/// One line of a room's table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    pub method: Method,
    /// As axum and OpenAPI write it: `/api/cabinet/consents/{id}`.
    pub path: &'static str,
    pub who: Who,
}

/// A room's routes: the table, and the router that is made of it.
#[derive(Default)]
pub struct Room {
    routes: Vec<Route>,
    router: Router<App>,
}

impl Room {
    #[expect(clippy::needless_pass_by_value, reason = "a table reads better without references")]
    #[must_use]
    pub fn get<C, P, T, H>(self, path: &'static str, by: By<C>, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: Admits<C, P> + 'static,
    {
        self.route(Method::GET, MethodFilter::GET, path, &by, handler)
    }

    #[expect(clippy::needless_pass_by_value, reason = "a table reads better without references")]
    #[must_use]
    pub fn post<C, P, T, H>(self, path: &'static str, by: By<C>, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: Admits<C, P> + 'static,
    {
        self.route(Method::POST, MethodFilter::POST, path, &by, handler)
    }

    #[expect(clippy::needless_pass_by_value, reason = "a table reads better without references")]
    #[must_use]
    pub fn delete<C, P, T, H>(self, path: &'static str, by: By<C>, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: Admits<C, P> + 'static,
    {
        self.route(Method::DELETE, MethodFilter::DELETE, path, &by, handler)
    }

    fn route<C, P, T, H>(
        mut self,
        method: Method,
        filter: MethodFilter,
        path: &'static str,
        by: &By<C>,
        handler: H,
    ) -> Self
    where
        H: Handler<T, App>,
        T: Admits<C, P> + 'static,
    {
        self.routes.push(Route { method, path, who: by.who });
        self.router = self.router.route(path, on(filter, handler));
        self
    }

    /// Applies a layer to all routes added so far.
    #[must_use]
    pub fn within(self, layer: impl FnOnce(Router<App>) -> Router<App>) -> Self {
        Self { router: layer(self.router), ..self }
    }

    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.routes.extend(other.routes);
        self.router = self.router.merge(other.router);
        self
    }

    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    pub(crate) fn into_router(self) -> Router<App> {
        self.router
    }
}
