use super::*;

/// Every port is free to choose, so that tests run beside a demo.
#[tokio::test]
async fn the_world_starts_on_any_ports() {
    // The client below asks for the process's own provider of cryptography.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let dir = setup::tests::made("world");
    let mut settings = Settings::read(&dir).unwrap();
    settings.outside_listen.set_port(0);
    settings.consumer_listen.set_port(0);
    settings.solution_listen.set_port(0);
    for bank in &mut settings.providers {
        bank.listen.set_port(0);
    }
    let world = start(settings).await.unwrap();
    assert_eq!(world.providers.len(), 2);
    for address in [world.outside, world.consumer, world.solution] {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let answer = http.get(format!("http://{address}/healthz")).send().await.unwrap();
        assert_eq!(answer.text().await.unwrap(), "ok");
    }
    std::fs::remove_dir_all(dir).unwrap();
}
