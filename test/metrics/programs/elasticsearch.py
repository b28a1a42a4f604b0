"""Answers what the exporter asks of Elasticsearch, as its documentation says that it answers, of one node."""
import json
from http.server import BaseHTTPRequestHandler, HTTPServer

SETTINGS = {'transient': {}, 'persistent': {}, 'defaults': {}}
POOLS = {pool: {'used_in_bytes': 1, 'max_in_bytes': 2, 'peak_used_in_bytes': 1, 'peak_max_in_bytes': 2}
         for pool in ('young', 'survivor', 'old')}
COLLECTORS = {collector: {'collection_count': 1, 'collection_time_in_millis': 1} for collector in ('young', 'old')}
THREADS = {pool: {'threads': 1, 'queue': 0, 'active': 0, 'rejected': 0, 'largest': 1, 'completed': 1}
           for pool in ('write', 'search', 'management')}
NODE = {
    'name': 'shop-elasticsearch-0', 'host': '10.0.0.1', 'roles': ['data', 'ingest', 'master'],
    'indices': {'docs': {'count': 1, 'deleted': 0}, 'store': {'size_in_bytes': 1}},
    'os': {'cpu': {'percent': 1, 'load_average': {'1m': 1, '5m': 1, '15m': 1}}, 'mem': {}},
    'process': {'open_file_descriptors': 1, 'max_file_descriptors': 2, 'cpu': {'percent': 1, 'total_in_millis': 1}},
    'jvm': {'mem': {'heap_used_in_bytes': 1, 'heap_max_in_bytes': 2, 'pools': POOLS},
            'gc': {'collectors': COLLECTORS}, 'buffer_pools': {'direct': {'count': 1, 'used_in_bytes': 1}}},
    'thread_pool': THREADS,
    'fs': {'total': {'total_in_bytes': 2, 'available_in_bytes': 1},
           'data': [{'path': '/data', 'mount': '/data (/dev/sda)', 'type': 'ext4', 'total_in_bytes': 2,
                     'free_in_bytes': 1, 'available_in_bytes': 1}],
           'io_stats': {'devices': [{'device_name': 'sda', 'operations': 1}]}},
    'breakers': {'parent': {'limit_size_in_bytes': 2, 'estimated_size_in_bytes': 1, 'overhead': 1.0, 'tripped': 0}},
    'transport': {'rx_count': 1, 'tx_count': 1}, 'http': {'current_open': 1},
    'indexing_pressure': {'memory': {'limit_in_bytes': 2, 'current': {'all_in_bytes': 1}, 'total': {}}},
}
ANSWERS = {
    '/': {'name': 'shop-elasticsearch-0', 'cluster_name': 'shop', 'cluster_uuid': 'x',
          'version': {'number': '9.5.3', 'lucene_version': '10.3.2', 'build_date': '2026-10-19T00:00:00Z'}},
    '/_cluster/health': {'cluster_name': 'shop', 'status': 'green', 'number_of_nodes': 1, 'number_of_data_nodes': 1},
    '/_nodes/stats': {'cluster_name': 'shop', 'nodes': {'id': NODE}},
    '/_slm/status': {'operation_mode': 'RUNNING'},
    '/_slm/stats': {'retention_runs': 1, 'total_snapshots_taken': 1, 'policy_stats': [
        {'policy': 'snapshots', 'snapshots_taken': 1, 'snapshots_failed': 0, 'snapshots_deleted': 0,
         'snapshot_deletion_failures': 0}]},
    '/_cluster/settings': SETTINGS,
}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        path = self.path.split('?')[0]
        path = '/' + path.strip('/')
        answer = ANSWERS.get(path, {})
        body = json.dumps(answer).encode()
        self.send_response(200 if path in ANSWERS else 404)
        self.send_header('Content-Type', 'application/json')
        self.send_header('X-Elastic-Product', 'Elasticsearch')
        self.end_headers()
        self.wfile.write(body)


if __name__ == '__main__':
    HTTPServer(('127.0.0.1', 9200), Handler).serve_forever()
