"""A kernel websocket that sends each message at once; only the Jupyter server imports this module.

Jupyter Server leaves Nagle's algorithm on: a small message waits until the one before it is acknowledged, and the
receiver delays its acknowledgement by 40 ms. A moving picture is many small messages.
"""

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection


class NoDelayConnection(ZMQChannelsWebsocketConnection):
    def connect(self):
        self.websocket_handler.set_nodelay(True)
        return super().connect()
