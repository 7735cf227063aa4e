extension Duration {
    /// Seconds with their fraction, as `make_interval(secs => …)` takes them.
    var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
