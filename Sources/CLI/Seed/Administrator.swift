import Bootstrap
import Domain
import Storage

/// The first person who may do everything.
struct Administrator: Sendable {
    let email: EmailAddress
    private let password: String

    /// Takes the address from the command line or from ADMIN_EMAIL, and the password from ADMIN_PASSWORD only: what
    /// stands on a command line everybody on the machine can read.
    ///
    /// - Parameter setting: looks up a setting by name; nil when it is absent or empty.
    /// - Returns: nil when neither is set.
    /// - Throws: ``Failure`` when one is missing or unusable.
    init?(email: String?, setting: (String) -> String?) throws {
        let address = email ?? setting("ADMIN_EMAIL")
        let password = setting("ADMIN_PASSWORD")
        guard address != nil || password != nil else { return nil }
        guard let address, let password else {
            throw Failure(
                "An administrator needs a mail address and a password; only one of them is set.",
                advice: "Set ADMIN_EMAIL and ADMIN_PASSWORD, or neither.", status: .configuration)
        }
        guard let email = EmailAddress(rawValue: address) else {
            throw Failure("ADMIN_EMAIL: expected a mail address such as name@example.com.", status: .configuration)
        }
        let lengths = BCrypt.passwordBytes
        // C would take a NUL for the password's end.
        guard lengths.contains(password.utf8.count), !password.utf8.contains(0) else {
            throw Failure(
                "ADMIN_PASSWORD: expected \(lengths.lowerBound) to \(lengths.upperBound) bytes, none of them NUL.",
                status: .configuration)
        }
        guard try !CommonPasswords.list.get().contains(password, own: [email.rawValue, "Administrator"]) else {
            throw Failure(
                "ADMIN_PASSWORD: this password is among the first that are tried.",
                advice: "Choose one that nobody else has, and that says nothing of the shop or the address.",
                status: .configuration)
        }
        self.email = email
        self.password = password
    }

    /// Creates the account, once.
    /// - Returns: whether it is new.
    /// - Throws: ``Failure`` when somebody else has the address already and is no administrator, or the system cannot
    ///   hash passwords.
    func create(in accounts: AccountStore) async throws -> Bool {
        if let role = try await accounts.credentials(email: email)?.user.role {
            guard role == .admin else {
                throw Failure(
                    "\(email) has an account already, as \(role.rawValue).",
                    advice: "Choose another address for the administrator.")
            }
            return false
        }
        guard let hash = BCrypt.hash(password, cost: BCrypt.defaultCost) else {
            throw Failure(
                "The system's libcrypt cannot make bcrypt hashes.",
                advice: "Install a libcrypt with bcrypt, such as Debian's libcrypt1.")
        }
        do {
            let user = try await accounts.register(
                email: email, passwordHash: hash, name: "Administrator", role: .admin)
            Terminal.write("administrator \(user.email) created.")
            return true
        } catch StorageError.emailTaken {
            // Somebody who seeds at the same time was quicker.
            return false
        }
    }
}
