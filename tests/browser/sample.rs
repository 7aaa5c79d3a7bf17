//! The sample of docs/rust.md, which the docs tests look for here: that it compiles.
#![expect(dead_code, reason = "it would leave the page")]

use gloo_net::http::Request;
use placeos_auth::{Auth, Hooks, Login, Options};

async fn systems() -> Result<String, Box<dyn std::error::Error>> {
    let auth = Auth::create(Options::default(), Hooks::default()).await?;
    if auth.session().is_none() {
        auth.login(Login::default()).await?;
    }
    let request = Request::get("/api/engine/v2/systems").build()?;
    let response = auth.fetch(request).await?;
    Ok(response.text().await?)
}
