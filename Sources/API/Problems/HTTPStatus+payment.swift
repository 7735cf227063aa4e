import HTTPTypes

extension HTTPResponse.Status {
    /// 402, which HTTPTypes does not name: the payment was declined.
    static let paymentRequired = HTTPResponse.Status(code: 402, reasonPhrase: "Payment Required")
}
