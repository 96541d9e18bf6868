//! The operator's page. Its files are themselves: what is told of them is who they are.

use api::World;
use insta::assert_snapshot;
use serde_json::Value;

#[test]
fn the_page_and_its_files_are_served_once() {
    let world = World::default();
    let page = world.ask("", "GET /console", &Value::Null).expect(200);
    assert_eq!(page.text(), include_str!("../../../../functions/console/page/index.html"));
    let file = world.ask("", "GET /console/app.js", &Value::Null).expect(200);
    assert_eq!(file.text(), include_str!("../../../../functions/console/page/app.js"));
    let etag = file.0["headers"]["etag"].as_str().unwrap();
    let known = world.send("", "GET /console/app.js", &[("if-none-match", etag)], "").expect(304);
    assert_eq!(known.text(), "");
    for line in ["HEAD /console", "HEAD /console/style.css"] {
        assert_eq!(world.ask("", line, &Value::Null).expect(200).text(), "");
    }
    assert_snapshot!(world.told());
}

#[test]
fn what_is_no_file_of_the_page_is_a_problem() {
    let world = World::default();
    world.ask("", "GET /console/nothing.js", &Value::Null).expect(404);
    assert_snapshot!(world.told());
}
