import Domain
import Testing

@testable import CLI

@Suite("The first administrator comes from the settings")
struct AdministratorTests {
    @Test("without settings no administrator is made")
    func withoutSettings() throws {
        let administrator = try Administrator(email: nil) { _ in nil }
        #expect(administrator == nil)
    }

    @Test("the address comes from either setting")
    func takesTheAddressFromEitherPlace() throws {
        let environment = ["ADMIN_EMAIL": "a@example.com", "ADMIN_PASSWORD": "long enough"]
        #expect(
            try Administrator(email: nil, setting: { environment[$0] })?.email
                == EmailAddress(rawValue: "a@example.com"))
        #expect(
            try Administrator(email: "b@example.com", setting: { environment[$0] })?.email
                == EmailAddress(rawValue: "b@example.com"))
    }

    @Test(
        "half or unusable settings are refused",
        arguments: [
            ["ADMIN_EMAIL": "a@example.com"], ["ADMIN_PASSWORD": "long enough"],
            ["ADMIN_EMAIL": "nobody", "ADMIN_PASSWORD": "long enough"],
            ["ADMIN_EMAIL": "a@example.com", "ADMIN_PASSWORD": "short"],
            ["ADMIN_EMAIL": "a@example.com", "ADMIN_PASSWORD": String(repeating: "x", count: 73)],
            ["ADMIN_EMAIL": "a@example.com", "ADMIN_PASSWORD": "long enough\0"],
            ["ADMIN_EMAIL": "a@example.com", "ADMIN_PASSWORD": "password1"],
            ["ADMIN_EMAIL": "a@example.com", "ADMIN_PASSWORD": "P@ssw0rd2026!"],
            ["ADMIN_EMAIL": "ada.lovelace@shop.example", "ADMIN_PASSWORD": "Lovelace1815"],
            ["ADMIN_EMAIL": "a@example.com", "ADMIN_PASSWORD": "Administrator!"],
        ])
    func refusesHalfOrUnusableSettings(environment: [String: String]) {
        #expect { try Administrator(email: nil, setting: { environment[$0] }) } throws: { error in
            guard let failure = error as? Failure else { return false }
            return failure.status == .configuration && environment.values.allSatisfy { !failure.text.contains($0) }
        }
    }
}
