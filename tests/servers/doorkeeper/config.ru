# frozen_string_literal: true

# A PlaceOS-shaped authorization server on the engine PlaceOS itself uses: Doorkeeper on Rails, with PlaceOS's
# settings. It is what the sandbox is measured against, so nothing that Doorkeeper answers is altered here.
#
# Started by index.js beside this file; settings come as environment variables:
#   DATABASE_URL    the SQLite file (Active Record reads this name itself)
#   APPS            JSON: [{ "name", "redirectUris", "clientId", "clientSecret" }]
#   ORIGINS         JSON: the origins that CORS allows
#   TOKEN_LIFETIME  seconds

require "rails"
require "active_record/railtie"
require "action_controller/railtie"
require "action_view/railtie"
require "doorkeeper"

# The parent holds the other end of this pipe: however it dies, neither this process nor its database outlives it.
Thread.new do
  $stdin.read
  database = ActiveRecord::Base.connection_db_config.database
  File.delete(database)
  Dir.rmdir(File.dirname(database))
ensure
  exit!
end

APPS = JSON.parse(ENV.fetch("APPS", "[]"))
ORIGINS = JSON.parse(ENV.fetch("ORIGINS", "[]"))
BUILDING = JSON.parse(File.read(File.expand_path("../building.json", __dir__)))
User = Struct.new(:id)
USER = User.new(1)

def USER.sign_in(email, password) = (self if [email, password] == BUILDING["account"].values_at("email", "password"))

# Rails has no CORS of its own. Outermost, so that refusals are readable to a page too.
class Cors
  HEADERS = {
    "Access-Control-Allow-Methods" => "GET, POST, PUT, PATCH, DELETE",
    "Access-Control-Allow-Headers" => "Authorization, Content-Type, X-API-Key",
    "Vary" => "Origin",
  }.freeze

  def initialize(app)
    @app = app
  end

  def call(env)
    origin = env["HTTP_ORIGIN"]
    return @app.call(env) unless ORIGINS.include?(origin)

    preflight = env["REQUEST_METHOD"] == "OPTIONS"
    status, headers, body = preflight ? [204, {}, []] : @app.call(env)
    [status, headers.to_h.merge(HEADERS, "Access-Control-Allow-Origin" => origin), body]
  end
end

class Server < Rails::Application
  config.root = __dir__
  config.eager_load = true
  config.consider_all_requests_local = false
  config.secret_key_base = SecureRandom.hex(64)
  config.session_store :cookie_store, key: "user_#{Process.pid}", same_site: :lax
  config.hosts.clear
  config.logger = Logger.new($stdout)
  config.log_level = :warn
  config.middleware.insert_before 0, Cors
end

class ApplicationController < ActionController::Base
  protect_from_forgery with: :exception

  def current_user = (USER if session[:user_id] == USER.id)
end

Doorkeeper.configure do
  orm :active_record
  base_controller "::ApplicationController"
  resource_owner_authenticator do
    current_user || redirect_to("/login?#{URI.encode_www_form(continue: request.fullpath)}")
  end
  resource_owner_from_credentials { USER.sign_in(params[:username], params[:password]) }
  grant_flows %w[authorization_code implicit password]
  skip_authorization { true }
  use_refresh_token
  default_scopes :public
  optional_scopes :admin
  access_token_expires_in Integer(ENV.fetch("TOKEN_LIFETIME", "7200"))
  force_ssl_in_redirect_uri false
  access_token_methods :from_bearer_authorization, :from_bearer_param, ->(request) { request.cookies["bearer_token"] }
end

class LoginController < ApplicationController
  PAGE = <<~ERB
    <!doctype html>
    <html lang="en">
      <title>Sign in</title>
      <h1>Sign in</h1>
      <p role="alert"><%= alert %></p>
      <%= form_tag "/login" do %>
        <%= hidden_field_tag :continue, params[:continue] %>
        <label>Email <%= email_field_tag :email %></label>
        <label>Password <%= password_field_tag :password %></label>
        <button type="submit">Sign in</button>
      <% end %>
    </html>
  ERB

  def new
    render inline: PAGE
  end

  def create
    user = USER.sign_in(params[:email], params[:password])
    unless user
      flash.now[:alert] = "That email and password don't match."
      return render(inline: PAGE, status: :unauthorized)
    end
    reset_session
    session[:user_id] = user.id
    redirect_to known_place(params[:continue], [])
  end

  def destroy
    reset_session
    homes = APPS.flat_map { |app| app["redirectUris"] }.map { |uri| URI.join(uri, "/").to_s.chomp("/") }
    redirect_to known_place(params[:continue], ORIGINS + homes)
  end

  private

  # A path of this server, or an address on an origin it knows. Never wherever a link says.
  def known_place(place, origins)
    return place if place.to_s.match?(%r{\A/(?![/\\])})

    origins.any? { |origin| place == origin || place.to_s.start_with?("#{origin}/") } ? place : "/"
  end
end

class ApiController < ApplicationController
  before_action(except: %i[authority cluster]) { doorkeeper_authorize! }
  before_action(only: :cluster) { doorkeeper_authorize! :admin }

  def authority
    render json: { id: BUILDING["user"]["authority_id"], name: "Doorkeeper", description: "", domain: request.host,
                   login_url: "/login?continue={{url}}", logout_url: "/auth/logout", email_domains: [],
                   config: {}, version: "v2.0.0", session: !current_user.nil?,
                   token_valid: !!doorkeeper_token&.accessible?, production: false }
  end

  def systems = render(json: BUILDING["systems"])
  def zones = render(json: BUILDING["zones"])
  def user = render(json: BUILDING["user"])
  def cluster = render(json: [])

  private

  def doorkeeper_unauthorized_render_options(error:) = { json: { error: error.description } }
  def doorkeeper_forbidden_render_options(error:) = { json: { error: error.description } }
end

Rails.application.initialize!

ActiveRecord::Schema.verbose = false
ActiveRecord::Schema.define do
  create_table(:oauth_applications) do |t|
    t.string :name, :uid, :secret, null: false
    t.text :redirect_uri, null: false
    t.string :scopes, null: false, default: ""
    t.boolean :confidential, null: false
    t.timestamps null: false
    t.index :uid, unique: true
  end
  create_table(:oauth_access_grants) do |t|
    t.integer :resource_owner_id, :application_id, :expires_in, null: false
    t.string :token, null: false
    t.text :redirect_uri, null: false
    t.string :scopes, null: false, default: ""
    t.string :code_challenge, :code_challenge_method
    t.datetime :created_at, null: false
    t.datetime :revoked_at
    t.index :token, unique: true
  end
  create_table(:oauth_access_tokens) do |t|
    t.integer :resource_owner_id, :application_id, :expires_in
    t.string :token, null: false
    t.string :refresh_token, :scopes
    t.string :previous_refresh_token, null: false, default: ""
    t.datetime :created_at, null: false
    t.datetime :revoked_at
    t.index :token, unique: true
    t.index :refresh_token, unique: true
  end
end

APPS.each do |app|
  uris = app["redirectUris"]
  Doorkeeper::Application.create!(
    name: app["name"], uid: app["clientId"] || Digest::MD5.hexdigest(uris.first), secret: app["clientSecret"] || "",
    redirect_uri: uris.join("\n"), confidential: app["clientSecret"].present?
  )
end

Rails.application.routes.draw do
  scope(:auth) { use_doorkeeper { skip_controllers :applications, :authorized_applications } }
  get "/auth/logout", to: "login#destroy"
  get "/auth/authority", to: "api#authority"
  get "/login", to: "login#new"
  post "/login", to: "login#create"
  scope "/api/engine/v2" do
    get "/systems", to: "api#systems"
    get "/zones", to: "api#zones"
    get "/users/current", to: "api#user"
    get "/cluster", to: "api#cluster"
  end
end

run Rails.application
