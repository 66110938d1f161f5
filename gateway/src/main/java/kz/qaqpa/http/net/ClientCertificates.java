package kz.qaqpa.http.net;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** What clients have shown in their TLS handshake. Functions only. */
public final class ClientCertificates {
  private ClientCertificates() {}

  /**
   * The certificate of a connection's client, which the handshake has checked.
   *
   * @param channel of the connection, or of one of its streams
   * @return null without TLS, or if the client showed none
   */
  public static @Nullable X509Certificate of(Channel channel) {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls == null && channel.parent() != null) {
      tls = channel.parent().pipeline().get(SslHandler.class);
    }
    if (tls == null) {
      return null;
    }
    try {
      Certificate[] chain = tls.engine().getSession().getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate own ? own : null;
    } catch (SSLPeerUnverifiedException e) {
      return null;
    }
  }
}
