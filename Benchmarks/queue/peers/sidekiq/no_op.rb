require "sidekiq"
require_relative "tally"

connection = { url: ENV.fetch("REDIS_URL") }
connection[:driver] = ENV["DRIVER"].to_sym if ENV["DRIVER"]

Sidekiq.configure_server do |config|
  config.redis = connection
  config.logger.level = Logger::WARN
  if ENV["RELIABLE"]
    require "sidekiq-reliable-fetch"
    Sidekiq::ReliableFetch.setup_reliable_fetch!(config)
  end
end

Sidekiq.configure_client { |config| config.redis = connection }

class NoOp
  include Sidekiq::Job

  def perform(number, _padding)
    Tally.ran(number)
  end
end
