import ArgumentParser
import Bootstrap
import Domain
import Storage

/// Fills an empty shop.
struct Seed: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fill the shop with sample products and create the first administrator.",
        discussion: """
            The catalog is the same on every machine. Run again, the command adds what is missing and leaves the rest \
            as it is. An administrator is created when ADMIN_EMAIL and ADMIN_PASSWORD are set.
            """)

    @Option(help: "How many products, at most \(SampleCatalog.capacity).")
    var products = 1200

    @Option(name: .customLong("admin-email"), help: "Email address of the administrator; ADMIN_EMAIL when left out.")
    var adminEmail: String?

    /// Rows of one transaction: large enough to be quick, small enough to show progress.
    private static let batch = 200

    func validate() throws {
        guard (0...SampleCatalog.capacity).contains(products) else {
            throw ValidationError("--products: expected a number from 0 to \(SampleCatalog.capacity).")
        }
    }

    func run() async throws {
        let settings = try await SettingsReader.ofProcess()
        let administrator = try Administrator(email: adminEmail, setting: settings.optional)
        try await Services.use { services in
            let added = try await fill(services.catalog)
            let isNew = try await administrator?.create(in: services.accounts) ?? false
            if !added && !isNew { Terminal.write("The shop is filled already; nothing to do.") }
        }
    }

    /// - Returns: whether any product is new.
    private func fill(_ store: CatalogStore) async throws -> Bool {
        let catalog = SampleCatalog(count: products).products
        var added = 0
        for start in stride(from: 0, to: catalog.count, by: Self.batch) {
            let end = min(start + Self.batch, catalog.count)
            let new = try await store.insertSeed(Array(catalog[start..<end]))
            added += new
            if new > 0 { Terminal.write("products: \(end) of \(catalog.count)") }
        }
        if added > 0 { Terminal.write("\(counted(added, "product")) added.") }
        return added > 0
    }
}

/// The first person who may do everything.
struct Administrator: Sendable {
    let email: EmailAddress
    private let password: String

    /// Takes the address from the command line or from ADMIN_EMAIL, and the password from ADMIN_PASSWORD only: what
    /// stands on a command line every user of the machine can read.
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
                "An administrator needs an email address and a password; only one of them is set.",
                advice: "Set ADMIN_EMAIL and ADMIN_PASSWORD, or neither.", status: .configuration)
        }
        guard let email = EmailAddress(rawValue: address) else {
            throw Failure("ADMIN_EMAIL: expected an email address such as name@example.com.", status: .configuration)
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
                advice: "Choose one that no other account uses, without the name of the shop or the address.",
                status: .configuration)
        }
        self.email = email
        self.password = password
    }

    /// Creates the account, once.
    /// - Returns: whether it is new.
    /// - Throws: ``Failure`` when a customer has the address already, or the system cannot
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
            // Another process that seeds at the same time was quicker.
            return false
        }
    }
}
