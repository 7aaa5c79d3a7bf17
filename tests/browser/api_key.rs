use crate::page::{SERVER, create, keys_of, options, session_storage};
use placeos_auth::auth::{Login, Logout};
use placeos_auth::options::ApiKey;
use placeos_auth::{ErrorCode, Options};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Request, RequestRedirect};

fn with_key() -> Options {
    Options {
        api_key: Some(ApiKey::new("id.secret".to_owned())),
        ..options()
    }
}

#[wasm_bindgen_test]
async fn an_api_key_signs_in_its_own_header_and_follows_no_redirect() {
    let auth = create(&with_key()).await;
    let request = Request::new_with_str(&format!("{SERVER}/api")).unwrap();
    let (request, _) = auth.sign(request).unwrap();
    let header = |name| request.headers().get(name).unwrap();
    assert_eq!(header("X-API-Key").as_deref(), Some("id.secret"));
    assert_eq!(header("Authorization"), None);
    assert_eq!(request.redirect(), RequestRedirect::Error);
}

#[wasm_bindgen_test]
async fn an_api_key_goes_where_a_token_would_and_nowhere_else() {
    let auth = create(&with_key()).await;
    for url in ["https://placeos.example.com.attacker.test/", "/api"] {
        let (request, _) = auth.sign(Request::new_with_str(url).unwrap()).unwrap();
        assert_eq!(request.headers().get("X-API-Key").unwrap(), None, "{url}");
        assert_eq!(request.redirect(), RequestRedirect::Follow, "{url}");
        let refused = auth.sign_url(url).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::UntrustedUrl, "{url}");
    }
    for name in ["Authorization", "X-API-Key"] {
        let request = Request::new_with_str(SERVER).unwrap();
        request.headers().set(name, "mine").unwrap();
        let (request, _) = auth.sign(request).unwrap();
        assert_eq!(request.headers().get(name).unwrap().unwrap(), "mine");
    }
    let signed = auth.sign_url(&format!("{SERVER}/a?api-key=b&c")).await;
    assert_eq!(signed.unwrap(), format!("{SERVER}/a?c&api-key=id.secret"));
}

#[wasm_bindgen_test]
async fn with_an_api_key_nobody_signs_in_or_out_and_nothing_is_stored() {
    let options = with_key();
    let auth = create(&options).await;
    let session = auth.session().unwrap();
    assert_eq!((session.flow, session.can_renew), ("api-key", false));
    for error in [
        auth.login(Login::default()).await.unwrap_err(),
        auth.logout(Logout::default()).await.unwrap_err(),
        auth.token().await.unwrap_err(),
        auth.renew().await.unwrap_err(),
    ] {
        assert_eq!(error.code(), ErrorCode::Configuration);
        assert!(!error.message().contains("secret"));
    }
    assert!(keys_of(&session_storage(), &options).is_empty());
}
