"""When a service is asked: limits of requests in flight, waiting for a busy service, attempts again."""
