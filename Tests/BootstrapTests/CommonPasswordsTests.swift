import Testing

@testable import Bootstrap

@Suite("A password that is tried first is no password")
struct CommonPasswordsTests {
    private let list: CommonPasswords

    init() throws { list = try CommonPasswords.list.get() }

    @Test(
        "a common password is refused",
        arguments: [
            // As they stand in every list of leaked ones.
            "password", "12345678", "123456789", "1234567890", "qwertyui", "qwerty123", "password1", "iloveyou",
            "11111111",
            "00000000",
            "sunshine", "princess",
            "football", "baseball", "superman", "trustno1", "letmein1", "welcome1", "1q2w3e4r", "1qaz2wsx", "abcd1234",
            "abc12345", "qwer1234",
            "asdfghjkl",
            "987654321", "87654321", "1q2w3e4r5t", "zaq12wsx", "q1w2e3r4", "a1b2c3d4", "1a2b3c4d", "asdf1234",
            "azertyuiop",
            "qwertzuiop",
            "123123123", "12341234",
            "147258369", "789456123", "michael1", "jordan23", "charlie1", "starwars", "whatever", "computer",
            "internet",
            "liverpool",
            "chocolate", "correcthorsebatterystaple",
            // And what is made of them.
            "Password", "PASSWORD1", "P@ssw0rd", "p4$$w0rd", "Passw0rd!", "password2024", "2024password",
            "!!password!!",
            "Welcome123!",
            "Summer2025!", "s0mmer2024", "Monkey#1",
            "letmein!!", "L3tM31n!", "passwordpassword", "abcabcabc", "aaaaaaaa", "!!!!!!!!", "abcdefgh", "zyxwvuts",
            "lkjhgfdsa",
            "qwertyqwerty", "Admin@123", "admin12345", "dragon99!",
            "Football1!", "iloveyou2", "ILoveYou!!", "1234567890!", "123456789a",
        ])
    func refuses(_ password: String) {
        #expect(list.contains(password))
    }

    @Test(
        "an uncommon password is taken",
        arguments: [
            "correct horse battery", "hu9-xkay", "hunter-of-quiet-tea", "tr0mb0ne-Kettle", "vier gelbe Enten 7",
            "Passwords are hard to choose",
            "3xk9!vqLm2", "mñbx-82-óleo",
            "my dragon eats sunshine", "kettle1847lantern", "9472610385", "парольнадёжный", "龍が如く八千代", "aK8$aK9$",
            "password manager, please",
        ])
    func takes(_ password: String) {
        #expect(!list.contains(password))
    }

    @Test("a password made of the owner's name or address is refused")
    func ownersData() {
        let own = ["Ada.Lovelace@shop.example", "Ada King"]
        for password in ["lovelace", "Lovelace1815", "ada.lovelace@shop.example", "L0velace!!", "lovelacelovelace"] {
            #expect(list.contains(password, own: own), "\(password)")
        }
        #expect(!list.contains("engine of numbers", own: own))
    }

    @Test("any text is judged without a fault")
    func takesAnyTextWithoutAFault() {
        for text in ["", " ", "\u{301}", "😀😀😀😀😀😀😀😀", String(repeating: "ab", count: 36), "🇩🇪🇩🇪", "\u{202E}drowssap"] {
            _ = list.contains(text, own: ["", text])
        }
    }
}
