//! Words that manuals put where a reader's own user name belongs.

/// "Your user name" in the languages of people's manuals: one folder's whole name, without `-`, `_`,
/// `<` and the like. A project's name may contain them.
const NAMES: &[&str] = &[
    "username",
    "yourusername",
    "yourname",
    "youruser",
    "myusername",
    "tuusuario",
    "tuusername",
    "tunombre",
    "tunombredeusuario",
    "nombredeusuario",
    "suusuario",
    "miusuario",
    "seuusuario",
    "seuusername",
    "seunome",
    "nomedousuario",
    "votrenom",
    "votrenomdutilisateur",
    "nomdutilisateur",
    "votreutilisateur",
    "deinname",
    "deinbenutzername",
    "ihrbenutzername",
    "benutzername",
    "tuonome",
    "tuoutente",
    "nomeutente",
    "twojanazwa",
    "kullaniciadi",
    "kullaniciadiniz",
    "kullanıcıadı",
    "kullanıcıadınız",
    "вашлогин",
    "вашюзернейм",
    "имяпользователя",
    "вашеимя",
    "你的用户名",
    "您的用户名",
    "用户名",
    "あなたのユーザー名",
    "ユーザー名",
    "사용자이름",
];

/// Whether a folder's name stands for the reader's own (`TU_USUARIO`, `<your-username>`).
#[must_use]
pub fn stands_for_a_name(folder: &str) -> bool {
    let marks = |c: char| matches!(c, '-' | '_' | '<' | '>' | '{' | '}' | '[' | ']' | '$' | '\'');
    let name: String = folder.to_lowercase().chars().filter(|&c| !marks(c)).collect();
    NAMES.contains(&name.as_str())
}
