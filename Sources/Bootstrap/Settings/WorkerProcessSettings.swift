package import Storage

/// What a worker process needs to know.
package struct WorkerProcessSettings: ProcessSettings {
    package let log: LogSettings
    package let metrics: MetricsSettings
    package let worker: WorkerSettings
    package let database: DatabaseSettings
    package let redis: RedisSettings
    package let payments: PaymentSettings
    package let mail: EmailSettings
    package let rates: RateSettings
    package let shop: ShopSettings

    package init?(_ reader: inout SettingsReader) {
        log = LogSettings(&reader)
        metrics = MetricsSettings(&reader)
        worker = WorkerSettings(&reader, defaults: ShopQueue.defaultSlots)
        rates = RateSettings(&reader)
        shop = ShopSettings(&reader)
        let database = DatabaseSettings(&reader, applicationName: "cartwright-worker")
        let redis = RedisSettings(&reader, clientName: "cartwright-worker")
        let payments = PaymentSettings(&reader)
        let mail = EmailSettings(&reader)
        guard let database, let redis, let payments, let mail else { return nil }
        self.database = database
        self.redis = redis
        self.payments = payments
        self.mail = mail
    }
}
