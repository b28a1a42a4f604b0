/** config.properties as Java reads it. https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/Properties.html#load(java.io.Reader) */
export function propertiesOf(file: string): Readonly<Record<string, string>> {
  const joined = file.replace(/^#.*\n/gm, '').replace(/\\\n\s*/g, '');
  const lines = joined.split('\n').filter((line) => line.trim() !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const [key = '', ...value] = line.split('=');
      return [key.trim(), value.join('=').trim()];
    }),
  );
}

/**
 * The keys that its frontend knows. It ignores others, and says nothing: ConfigManager of model-server.jar 0.12.0, with
 * which test/programs compares them.
 */
export const FRONTEND_KEYS = `
  allowed_urls async_logging blacklist_env_vars certificate_file cors_allowed_headers cors_allowed_methods
  cors_allowed_origin cpp_log_config cpu_launcher_args cpu_launcher_enable debug decode_input_request
  default_response_timeout default_service_handler default_startup_timeout default_workers_per_model
  disable_system_metrics disable_token_authorization enable_envvars_config enable_grpc_ssl enable_metrics_api
  enable_model_api grpc_inference_address grpc_inference_max_connection_age_grace_ms
  grpc_inference_max_connection_age_ms grpc_inference_port grpc_management_address
  grpc_management_max_connection_age_grace_ms grpc_management_max_connection_age_ms grpc_management_port
  inference_address initial_distribution_port initial_worker_port install_py_dep_per_model io_ratio ipex_enable
  ipex_gpu_enable job_queue_size keystore keystore_pass keystore_type limit_max_image_pixels load_models
  management_address max_request_size max_response_size metric_time_interval metrics_address metrics_config
  metrics_mode model_metrics_auto_detect model_server_home model_snapshot model_store models netty_client_threads
  number_of_gpu number_of_netty_threads prefer_direct_buffer private_key_file service_envelope system_metrics_cmd
  token_expiration_min ts_header_key_sequence_end ts_header_key_sequence_id ts_header_key_sequence_start
  ts_open_inference_protocol unregister_model_timeout use_env_allowed_urls use_native_io workflow_store
`
  .split(/\s+/)
  .filter((key) => key !== '');

/** The keys that its launcher reads beside: ts/model_server.py. */
export const LAUNCHER_KEYS = ['plugins_path', 'vmargs'];

/** What of a file TorchServe would ignore. */
export function unknownKeys(file: string): readonly string[] {
  const known = new Set([...FRONTEND_KEYS, ...LAUNCHER_KEYS]);
  return Object.keys(propertiesOf(file)).filter((key) => !known.has(key));
}
