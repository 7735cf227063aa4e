import Metrics
import Testing

@testable import Observability

@Suite("Metrics are what Prometheus reads")
struct PrometheusRegistryTests {
    private let registry = PrometheusRegistry(seriesPerMetric: 3)

    @Test("a counter is one line for each set of labels")
    func counter() async {
        let counter = Counter(label: "orders.placed", dimensions: [("currency", "EUR")], factory: registry)
        counter.increment()
        counter.increment(by: 2)
        Counter(label: "orders.placed", dimensions: [("currency", "USD")], factory: registry).increment()
        registry.describe("orders_placed_total", "Orders accepted.")
        #expect(
            await registry.exposition() == """
                # HELP orders_placed_total Orders accepted.
                # TYPE orders_placed_total counter
                orders_placed_total{currency="EUR"} 3
                orders_placed_total{currency="USD"} 1

                """)
    }

    @Test("a name that has its suffix keeps it")
    func suffixes() async {
        Counter(label: "jobs_total", factory: registry).increment()
        Timer(label: "wait_seconds", factory: registry).recordSeconds(1)
        let text = await registry.exposition()
        #expect(text.contains("\njobs_total 1\n"))
        #expect(text.contains("\nwait_seconds_count 1\n"))
    }

    @Test("a gauge goes up and down, whichever way swift-metrics names it")
    func gauges() async {
        let meter = Meter(label: "pool_in_use", factory: registry)
        meter.set(5)
        meter.increment()
        meter.decrement(by: 2.5)
        Gauge(label: "rate", factory: registry).record(0.1)
        let text = await registry.exposition()
        #expect(text.contains("# TYPE pool_in_use gauge\npool_in_use 3.5\n"))
        #expect(text.contains("\nrate 0.1\n"))
    }

    @Test("a timer is a histogram in seconds with cumulative buckets")
    func timer() async throws {
        let timer = Timer(label: "job.duration", dimensions: [("name", "mail")], factory: registry)
        timer.recordMilliseconds(3)
        timer.recordMilliseconds(40)
        timer.recordSeconds(100)
        let lines = await registry.exposition().split(separator: "\n").map(String.init)
        #expect(lines.contains("# TYPE job_duration_seconds histogram"))
        #expect(lines.contains(#"job_duration_seconds_bucket{name="mail",le="0.0025"} 0"#))
        #expect(lines.contains(#"job_duration_seconds_bucket{name="mail",le="0.005"} 1"#))
        #expect(lines.contains(#"job_duration_seconds_bucket{name="mail",le="0.05"} 2"#))
        #expect(lines.contains(#"job_duration_seconds_bucket{name="mail",le="60"} 2"#))
        #expect(lines.contains(#"job_duration_seconds_bucket{name="mail",le="+Inf"} 3"#))
        #expect(lines.contains(#"job_duration_seconds_count{name="mail"} 3"#))
        let sum = try #require(
            lines.first { $0.hasPrefix("job_duration_seconds_sum") }?.split(separator: " ").last.flatMap { Double($0) })
        #expect(abs(sum - 100.043) < 1e-9)
    }

    @Test("labels are sorted, escaped, and the same in any order")
    func labels() async {
        Counter(label: "x", dimensions: [("b", "1"), ("a", "say \"hi\"\\\n")], factory: registry).increment()
        Counter(label: "x", dimensions: [("a", "say \"hi\"\\\n"), ("b", "1")], factory: registry).increment()
        #expect(await registry.exposition().contains(#"x_total{a="say \"hi\"\\\n",b="1"} 2"#))
    }

    @Test("too many label sets share one series, and that is counted")
    func cardinality() async {
        for number in 0..<10 {
            Counter(label: "visits", dimensions: [("path", "/\(number)")], factory: registry).increment()
        }
        let text = await registry.exposition()
        #expect(text.contains(#"visits_total{path="/2"} 1"#))
        #expect(!text.contains(#"path="/3""#))
        #expect(text.contains(#"visits_total{path="other"} 7"#))
        #expect(text.contains(#"metric_label_overflows_total{metric="visits_total"} 7"#))
    }

    @Test("one name is never shown as two types")
    func conflictingKinds() async {
        Meter(label: "depth", factory: registry).set(1)
        Recorder(label: "depth", factory: registry).record(7)
        #expect(await registry.exposition() == "# HELP depth Depth.\n# TYPE depth gauge\ndepth 1\n")
    }

    @Test("a destroyed metric is shown no more, and can come back")
    func destroy() async {
        let counter = Counter(label: "gone", factory: registry)
        counter.increment()
        counter.destroy()
        #expect(await registry.exposition().isEmpty)
        Counter(label: "gone", factory: registry).increment()
        #expect(await registry.exposition().contains("gone_total 1"))
    }

    @Test("collectors run before each exposition")
    func collectors() async {
        let scrapes = Counter(label: "scrapes", factory: registry)
        registry.onScrape { scrapes.increment() }
        #expect(await registry.exposition().contains("scrapes_total 1"))
        #expect(await registry.exposition().contains("scrapes_total 2"))
    }

    @Test("concurrent increments all count")
    func concurrency() async {
        await withTaskGroup { [registry] group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1000 {
                        Counter(label: "hits", dimensions: [("a", "b")], factory: registry).increment()
                    }
                }
            }
        }
        #expect(await registry.exposition().contains(#"hits_total{a="b"} 8000"#))
    }

    @Test("the process tells its memory, processor time and free disk space")
    func process() async throws {
        ProcessMetrics(registry: registry).install()
        let lines = await registry.exposition().split(separator: "\n")
        for name in [
            "process_resident_memory_bytes", "process_cpu_seconds_total", "process_open_fds", "process_threads",
            "disk_free_bytes",
        ] {
            let value = lines.first { $0.hasPrefix(name + " ") }?.split(separator: " ").last.flatMap { Double($0) }
            #expect(try #require(value, "\(name)") > 0)
        }
    }

    @Test(
        "numbers as Prometheus reads them",
        arguments: [(1.0, "1"), (0.5, "0.5"), (-.infinity, "-Inf"), (.nan, "NaN"), (1e300, "1e+300")])
    func numbers(value: Double, expected: String) {
        #expect(PrometheusText.number(value) == expected)
    }
}
