package quoin.interop.phase4;

import com.helger.collection.commons.ICommonsList;
import com.helger.http.header.HttpHeaderMap;
import com.helger.httpclient.HttpClientFactory;
import com.helger.httpclient.HttpClientSettings;
import com.helger.json.IJsonObject;
import com.helger.mime.IMimeType;
import com.helger.mime.parse.MimeTypeParser;
import com.helger.mime.parse.MimeTypeParserException;
import com.helger.phase4.attachment.AS4OutgoingAttachment;
import com.helger.phase4.attachment.WSS4JAttachment;
import com.helger.phase4.client.AS4ClientBuiltMessage;
import com.helger.phase4.client.AS4ClientUserMessage;
import com.helger.phase4.crypto.ECryptoAlgorithmCrypt;
import com.helger.phase4.crypto.ECryptoAlgorithmSign;
import com.helger.phase4.crypto.ECryptoAlgorithmSignDigest;
import com.helger.phase4.messaging.http.BasicHttpPoster;
import com.helger.phase4.model.message.MessageHelperMethods;
import com.helger.phase4.util.AS4ResourceHelper;
import com.helger.xsds.xmldsig.ReferenceType;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.InputStreamEntity;
import org.apache.hc.core5.util.Timeout;

/** POST /send: builds a message with phase4, posts it once and says what came back. */
final class MessageSender {
    private final Peer peer;
    private final ReplyReader replies;

    MessageSender(Peer peer) {
        this.peer = peer;
        this.replies = new ReplyReader(peer);
    }

    IJsonObject send(SendRequest request) throws Exception {
        long started = System.nanoTime();
        try (AS4ResourceHelper resources = new AS4ResourceHelper()) {
            AS4ClientBuiltMessage built = build(request, resources).buildMessage(request.messageId(), null);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            built.getHttpEntity().writeTo(out);
            byte[] wire = out.toByteArray();
            HttpHeaderMap headers =
                    built.hasCustomHttpHeaders() ? built.getAllCustomHttpHeaders() : new HttpHeaderMap();
            String contentType = contentType(built, headers);
            request.tamper().apply(contentType, wire);
            if (request.saveWireTo() != null) {
                Files.write(request.saveWireTo(), wire);
            }
            ICommonsList<ReferenceType> signed = built.getAllDSReferences();
            IJsonObject answer = post(request, headers, contentType, wire, signed == null ? List.of() : signed);
            answer.add("messageId", request.messageId());
            answer.add("elapsedMs", (System.nanoTime() - started) / 1_000_000);
            answer.add("contentType", contentType);
            if (request.returnWire()) {
                answer.add("wire", Base64.getEncoder().encodeToString(wire));
            }
            return answer;
        }
    }

    private static AS4ClientUserMessage build(SendRequest request, AS4ResourceHelper resources) throws IOException {
        AS4ClientUserMessage client = new AS4ClientUserMessage(resources);
        client.setCryptoFactory(request.signWith().factory());
        client.setRefToMessageID(request.refToMessageId());
        client.setFromPartyID(request.from().partyId());
        client.setFromPartyIDType(request.from().partyType());
        client.setFromRole(request.from().role());
        client.setToPartyID(request.to().partyId());
        client.setToPartyIDType(request.to().partyType());
        client.setToRole(request.to().role());
        client.setServiceValue(request.service());
        client.setServiceType(request.serviceType());
        client.setAction(request.action());
        client.setAgreementRefValue(request.agreementRef());
        client.setPModeID(null);
        client.setConversationID(request.conversationId());
        for (SendRequest.Property property : request.properties()) {
            client.ebms3Properties()
                    .add(MessageHelperMethods.createEbms3Property(property.name(), property.type(), property.value()));
        }
        for (SendRequest.Payload payload : request.payloads()) {
            client.addAttachment(attachment(payload, resources));
        }
        secure(client, request);
        return client;
    }

    private static void secure(AS4ClientUserMessage client, SendRequest request) {
        if (request.sign()) {
            client.signingParams()
                    .setAlgorithmSign(ECryptoAlgorithmSign.RSA_SHA_256)
                    .setAlgorithmSignDigest(ECryptoAlgorithmSignDigest.DIGEST_SHA_256)
                    .setKeyIdentifierType(request.signKeyReference().type())
                    .setUseSingleCertificate(!request.signKeyReference().pkiPath());
        }
        if (request.encrypt()) {
            client.cryptParams()
                    .setAlgorithmCrypt(ECryptoAlgorithmCrypt.AES_128_GCM)
                    .setKeyIdentifierType(request.encryptKeyReference().type())
                    .setCertificate(request.encryptFor());
        }
    }

    private static WSS4JAttachment attachment(SendRequest.Payload payload, AS4ResourceHelper resources)
            throws IOException {
        var builder =
                AS4OutgoingAttachment.builder()
                        .contentID(payload.contentId())
                        .mimeType(mimeType(payload.mimeType()))
                        .charset(payload.charset());
        if (payload.compress()) {
            builder.compressionGZIP();
        }
        if (payload.bytes() != null) {
            builder.data(payload.bytes());
        } else {
            builder.data(payload.file().toFile());
        }
        payload.properties().forEach(property -> builder.addCustomProperty(property.name(), property.value()));
        return WSS4JAttachment.createOutgoingFileAttachment(builder.build(), resources);
    }

    private static IMimeType mimeType(String text) {
        try {
            return MimeTypeParser.parseMimeType(text);
        } catch (MimeTypeParserException e) {
            throw new BadRequest("'" + text + "' is no MIME type", e);
        }
    }

    private static String contentType(AS4ClientBuiltMessage built, HttpHeaderMap headers) {
        String fromMime = headers.getFirstHeaderValue("Content-Type");
        String contentType = fromMime == null ? built.getHttpEntity().getContentType() : fromMime;
        headers.removeHeaders("Content-Type");
        return HttpHeaderMap.getUnifiedValue(contentType);
    }

    /** Posts with phase4's own HTTP client, chunked, as phase4 sends when it does not know the length. */
    private IJsonObject post(
            SendRequest request, HttpHeaderMap headers, String contentType, byte[] wire, List<ReferenceType> signed)
            throws Exception {
        BasicHttpPoster poster = new BasicHttpPoster().setHttpClientFactory(new HttpClientFactory(httpSettings()));
        headers.setContentType(contentType);
        try (var entity = new InputStreamEntity(new ByteArrayInputStream(wire), -1, ContentType.parse(contentType))) {
            ReplyReader.Reply reply =
                    poster.sendGenericMessage(
                            request.url(),
                            headers,
                            entity,
                            response -> {
                                byte[] body =
                                        response.getEntity() == null
                                                ? new byte[0]
                                                : EntityUtils.toByteArray(response.getEntity());
                                return new ReplyReader.Reply(response.getCode(), List.of(response.getHeaders()), body);
                            });
            return replies.describe(request, reply, signed);
        } catch (IOException e) {
            return ReplyReader.noReply(e);
        }
    }

    /** No time limit shorter than a test's own; TLS certificates are not what this peer is here to judge. */
    private static HttpClientSettings httpSettings() throws GeneralSecurityException {
        HttpClientSettings settings = new HttpClientSettings();
        settings.setResponseTimeout(Timeout.ofMinutes(5));
        settings.setSSLContextTrustAll();
        settings.setHostnameVerifierVerifyAll();
        return settings;
    }
}
