//! Accounts on the command line: for whoever operates the machine, while the server runs or not.

use super::served::{PASSWORD, serve, two_branches};
use super::support::{run, succeed};

/// The link that the program printed, without the server.
fn path(printed: &str) -> String {
    let path = printed.trim().strip_prefix("http://127.0.0.1:7070").unwrap().to_owned();
    assert!(path.starts_with("/password/") && path.len() == 10 + 64, "{printed}");
    path
}

#[test]
fn whoever_operates_the_machine_looks_after_accounts() {
    let project = two_branches();
    let folder = project.path();
    let none = succeed(folder, &["users"]);
    assert!(none.out.is_empty() && none.err.contains("no account yet"), "{}{}", none.out, none.err);

    // The first one has to be able to add the others, and a refusal adds nobody.
    let refused = |arguments: &[&str], words: &str| {
        let said = run(folder, &[&["users"], arguments].concat());
        assert_eq!((said.code, said.out.as_str()), (Some(1), ""), "{arguments:?}");
        assert!(said.err.contains(words), "{arguments:?}: {}", said.err);
    };
    refused(&["add", "vera", "--role", "viewer", "--over", "north"], "the first one has to be an administrator");
    let server = serve(folder);
    let link = succeed(folder, &["users", "add", "Mara", "--role", "administrator", "--called", "Mara Osei"]).out;
    assert_eq!(server.get("/set-up", "").location(), "/sign-in", "the code of the server ended with the first account");

    // A link works once, on a server that ran all the while.
    let chosen = server.post(&path(&link), &server.visit(), &[("password", PASSWORD)]);
    assert_eq!((chosen.status, chosen.location()), (303, "/sign-in"), "{}", chosen.body);
    assert_eq!(server.get(&path(&link), "").status, 404);
    let mara = server.sign_in("mara", PASSWORD).cookie().unwrap();

    // Units are found by name and kept by identifier; what cannot be given is refused.
    succeed(folder, &["users", "add", "milo", "--role", "manager", "--over", "Lakeside"]);
    refused(&["add", "mara", "--role", "executive"], "somebody already signs in as `mara`");
    refused(&["add", "eve", "--role", "king"], "there is no role `king`");
    refused(&["add", "eve", "--role", "viewer"], "say which");
    refused(&["add", "eve", "--role", "viewer", "--over", "nowhere"], "nowhere");
    refused(&["add", "eve", "--role", "viewer", "--over", "ann"], "is given over a unit");
    refused(&["add", "eve", "--role", "agent", "--over", "north"], "the record of one person");
    refused(&["reset", "nobody"], "nobody signs in as `nobody`");
    refused(&["deactivate", "mara"], "nobody could administer accounts any more");

    // Another password ends what was signed in with the old one; an earlier link ends with the next.
    let first = path(&succeed(folder, &["users", "reset", "MARA"]).out);
    let second = path(&succeed(folder, &["users", "reset", "mara"]).out);
    assert_eq!(server.get(&first, "").status, 404);
    assert_eq!(server.get("/measures", &mara).status, 200, "the link alone changes nothing");
    assert_eq!(server.post(&second, &server.visit(), &[("password", "another quiet harbour")]).status, 303);
    assert_eq!(server.get("/measures", &mara).status, 303);
    let mara = server.sign_in("mara", "another quiet harbour").cookie().unwrap();

    succeed(folder, &["users", "deactivate", "milo"]);
    let again = succeed(folder, &["users", "deactivate", "milo"]);
    assert!(again.err.contains("nothing was changed"), "{}", again.err);
    refused(&["reset", "milo"], "cannot sign in");

    let listed = succeed(folder, &["users"]).out;
    let line = |name: &str| listed.lines().find(|line| line.starts_with(name)).unwrap();
    assert!(line("mara").contains("Mara Osei") && line("mara").contains("can sign in"), "{listed}");
    assert!(line("milo").contains("manager of lakeside") && line("milo").contains("cannot sign in"), "{listed}");
    assert!(line("milo").contains("never") && !line("mara").contains("never"), "{listed}");
    let json = succeed(folder, &["users", "--format", "json"]).out;
    let told: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(told[1]["grants"][0], serde_json::json!({ "role": "manager", "over": "lakeside" }));
    // Nothing that opens a door stands in a list.
    assert!(!json.contains("argon2") && !json.contains("password/"), "{json}");

    // Everything stands in the trail, as done on the command line.
    let trail = server.get("/administration/trail", &mara).body;
    for entry in
        ["added a user", "made a password link", "mara: administrator", "milo: manager of lakeside", "command line"]
    {
        assert!(trail.contains(entry), "{entry}: {trail}");
    }
    assert!(!trail.contains("eve:"), "{trail}");
}
