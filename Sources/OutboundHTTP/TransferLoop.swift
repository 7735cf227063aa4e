internal import CCurl
internal import Glibc

/// The loop on a transfer thread: takes commands, lets libcurl work, hands out what is finished. Everything here
/// happens on that thread.
final class TransferLoop {
    /// The longest sleep when nothing is going on. Commands and sockets end it early.
    private static let idleMilliseconds: Int32 = 60_000

    private let inbox: TransferInbox
    private let configuration: OutboundConfiguration
    private var transfers: [ObjectIdentifier: Transfer] = [:]
    private var mailSockets: Set<curl_socket_t> = []

    init(inbox: TransferInbox, configuration: OutboundConfiguration) {
        self.inbox = inbox
        self.configuration = configuration
    }

    /// Runs until the inbox is closed.
    func run() {
        if CurlLibrary.isReady, let multi = curl_multi_init() {
            _ = cw_multi_set_long(multi, CURLMOPT_MAXCONNECTS, configuration.maximumIdleConnections)
            inbox.open(multi)
            serve(multi)
            shutDown(multi)
        } else {
            refuse(inbox.seal(), .refused(.connect, "libcurl could not be initialized."))
        }
        inbox.end()
    }

    private func serve(_ multi: UnsafeMutableRawPointer) {
        while true {
            let (commands, isClosed) = inbox.drain()
            for command in commands { obey(command, multi) }
            if isClosed { return }
            var running: Int32 = 0
            var result = curl_multi_perform(multi, &running)
            collectFinished(multi)
            if result == CURLM_OK {
                result = curl_multi_poll(multi, nil, 0, Self.idleMilliseconds, nil)
            }
            // Out of memory or descriptors: what is running cannot be relied upon; what comes next may work again.
            if result != CURLM_OK { giveUp(multi, .receiveFailed) }
        }
    }

    private func obey(_ command: TransferCommand, _ multi: UnsafeMutableRawPointer) {
        switch command {
        case .start(let work, let ticket, let finish): start(work, ticket, multi, finish)
        case .cancel(let ticket):
            guard let transfer = transfers[ObjectIdentifier(ticket)] else { return }
            end(transfer, CURLE_ABORTED_BY_CALLBACK, multi)
        }
    }

    private func start(
        _ work: TransferWork, _ ticket: TransferTicket, _ multi: UnsafeMutableRawPointer,
        _ finish: @escaping @Sendable (TransferOutcome) -> Void
    ) {
        if ticket.isCancelled {
            return finish(.failure(.refused(.canceled, "The call was canceled before it began.")))
        }
        guard let transfer = Transfer(work, ticket: ticket, configuration: configuration, finish: finish) else {
            return finish(.failure(.refused(.connect, "libcurl has no memory for another transfer.")))
        }
        if case .smtp = work { watchSockets(of: transfer) }
        guard transfer.handle.isSound, curl_multi_add_handle(multi, transfer.handle.pointer) == CURLM_OK else {
            return finish(.failure(.refused(.connect, "libcurl could not take the transfer.")))
        }
        transfers[ObjectIdentifier(ticket)] = transfer
    }

    private func collectFinished(_ multi: UnsafeMutableRawPointer) {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            // The message is libcurl's and gone after the next call: all that is needed of it is taken here.
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            let result = message.pointee.data.result
            var context: UnsafeMutableRawPointer?
            _ = cw_get_private(easy, &context)
            if let transfer = Transfer.at(context) { end(transfer, result, multi) }
        }
    }

    private func end(
        _ transfer: Transfer, _ result: CURLcode, _ multi: UnsafeMutableRawPointer, as code: OutboundError.Code? = nil
    ) {
        _ = curl_multi_remove_handle(multi, transfer.handle.pointer)
        transfers[ObjectIdentifier(transfer.ticket)] = nil
        transfer.finish(transfer.outcome(result).mapError { code.map($0.recoded) ?? $0 })
    }

    private func giveUp(_ multi: UnsafeMutableRawPointer, _ code: OutboundError.Code) {
        for transfer in Array(transfers.values) { end(transfer, CURLE_ABORTED_BY_CALLBACK, multi, as: code) }
    }

    private func shutDown(_ multi: UnsafeMutableRawPointer) {
        let unheard = inbox.seal()
        giveUp(multi, .closed)
        refuse(unheard, .refused(.closed, "The client is closed."))
        // libcurl says QUIT on idle mail connections and waits minutes for the answer of a server that hangs. A dead
        // connection it just drops.
        for socket in mailSockets { Glibc.shutdown(socket, Int32(SHUT_RDWR)) }
        _ = curl_multi_cleanup(multi)
    }

    private func refuse(_ commands: [TransferCommand], _ error: OutboundError) {
        for case .start(_, _, let finish) in commands { finish(.failure(error)) }
    }

    /// Keeps account of the sockets of mail connections, which outlive the transfers that opened them but not this
    /// loop.
    private func watchSockets(of transfer: Transfer) {
        let opening: cw_open_callback = { context, _, address in
            guard let context, let address = address?.pointee else { return CURL_SOCKET_BAD }
            let descriptor = socket(address.family, address.socktype | Int32(SOCK_CLOEXEC.rawValue), address.protocol)
            if descriptor >= 0 {
                Unmanaged<TransferLoop>.fromOpaque(context).takeUnretainedValue().mailSockets.insert(descriptor)
            }
            return descriptor
        }
        let closing: cw_close_callback = { context, descriptor in
            if let context {
                Unmanaged<TransferLoop>.fromOpaque(context).takeUnretainedValue().mailSockets.remove(descriptor)
            }
            return Glibc.close(descriptor)
        }
        transfer.handle.note(
            cw_on_sockets(transfer.handle.pointer, opening, closing, Unmanaged.passUnretained(self).toOpaque()))
    }
}
