package kz.qaqpa.admin.playground;

import kz.qaqpa.http.net.HostNames;
import kz.qaqpa.http.route.Route;
import kz.qaqpa.ws.door.SocketDoor;
import org.jspecify.annotations.Nullable;

/**
 * What asking the model in the console stands on.
 *
 * @param sockets sessions over WebSocket, those of the serving port
 * @param own how the admin port is called
 * @param model what is asked
 * @param developmentKey the key of the development application, which never leaves the gateway;
 *     null where there is none, or somebody outside this machine may reach the admin port
 * @param verifying {@code POST /v1/labels/verify}
 */
public record Playground(
    SocketDoor sockets,
    HostNames own,
    String model,
    @Nullable String developmentKey,
    Route verifying) {}
