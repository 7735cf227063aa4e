import ArgumentParser
import Bootstrap
import Storage

/// Fills an empty shop.
struct Seed: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fill the shop with sample products and create the first administrator.",
        discussion: """
            The catalogue is the same on every machine. Run again, the command adds what is missing and leaves the rest as it is. \
            An administrator is created when ADMIN_EMAIL and ADMIN_PASSWORD are set.
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
            let added = try await fill(services.catalogue)
            let isNew = try await administrator?.create(in: services.accounts) ?? false
            if !added && !isNew { Terminal.write("The shop is filled already; nothing to do.") }
        }
    }

    /// - Returns: whether any product is new.
    private func fill(_ store: CatalogStore) async throws -> Bool {
        let catalogue = SampleCatalog(count: products).products
        var added = 0
        for start in stride(from: 0, to: catalogue.count, by: Self.batch) {
            let end = min(start + Self.batch, catalogue.count)
            let new = try await store.insertSeed(Array(catalogue[start..<end]))
            added += new
            if new > 0 { Terminal.write("products: \(end) of \(catalogue.count)") }
        }
        if added > 0 { Terminal.write("\(counted(added, "product")) added.") }
        return added > 0
    }
}
