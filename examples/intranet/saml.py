"""The little of SAML 2.0 that a web login needs: a request, and a signed response that is checked.

SAML 2.0 Core (oasis saml-core-2.0-os), HTTP-Redirect and HTTP-POST bindings; XML Signature with exclusive
canonicalisation and RSA-SHA256. Enough for an example; not a library.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

NAMESPACES: Final = {
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}
VALIDITY: Final = timedelta(minutes=5)
SIGNATURE: Final = (
    '<ds:Signature xmlns:ds="{ds}"><ds:SignedInfo>'
    '<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>'
    '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>'
    '<ds:Reference URI="#{identifier}"><ds:Transforms>'
    '<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>'
    '<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms>'
    '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
    "<ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
    "<ds:SignatureValue/><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate>"
    "</ds:X509Data></ds:KeyInfo></ds:Signature>"
)


class SamlError(Exception):
    """A message that is not what it should be; its text says what was seen."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """The identity provider's private key and the certificate that service providers know."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @classmethod
    def generate(cls) -> KeyPair:
        """A fresh 2048-bit key with a certificate of one year."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Ternwick identity provider")])
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder(
            issuer_name=name,
            subject_name=name,
            public_key=key.public_key(),
            serial_number=x509.random_serial_number(),
            not_valid_before=now - timedelta(days=1),
            not_valid_after=now + timedelta(days=365),
        )
        return cls(key, builder.sign(key, hashes.SHA256()))


@dataclass(frozen=True, slots=True)
class AuthnRequest:
    """What a service provider asks for: who sent it, where the response belongs."""

    identifier: str
    issuer: str
    reply_to: str

    @classmethod
    def new(cls, issuer: str, reply_to: str) -> AuthnRequest:
        return cls(f"_{secrets.token_hex(16)}", issuer, reply_to)

    def encode(self) -> str:
        """The `SAMLRequest` parameter of the HTTP-Redirect binding: deflated, then Base64."""
        xml = (
            f'<samlp:AuthnRequest xmlns:samlp="{NAMESPACES["samlp"]}" xmlns:saml="{NAMESPACES["saml"]}"'
            f' ID="{escape(self.identifier)}" Version="2.0" IssueInstant="{_instant(datetime.now(UTC))}"'
            f' AssertionConsumerServiceURL="{escape(self.reply_to)}">'
            f"<saml:Issuer>{escape(self.issuer)}</saml:Issuer></samlp:AuthnRequest>"
        )
        deflate = zlib.compressobj(wbits=-15)
        return base64.b64encode(deflate.compress(xml.encode()) + deflate.flush()).decode()

    @classmethod
    def decode(cls, parameter: str) -> AuthnRequest:
        """Read a `SAMLRequest` parameter; SamlError when it is none."""
        try:
            inflate = zlib.decompressobj(wbits=-15)
            root = _parse(inflate.decompress(base64.b64decode(parameter), 100_000))
        except (ValueError, zlib.error) as error:
            raise SamlError(f"the SAMLRequest cannot be decoded: {error}") from error
        issuer = root.findtext("saml:Issuer", "", NAMESPACES)
        return cls(root.get("ID", ""), issuer, root.get("AssertionConsumerServiceURL", ""))


def signed_response(request: AuthnRequest, user: str, issuer: str, keys: KeyPair) -> str:
    """The `SAMLResponse` field of the HTTP-POST binding: an assertion about `user`, signed, in Base64."""
    now = datetime.now(UTC)
    until = _instant(now + VALIDITY)
    identifier = f"_{secrets.token_hex(16)}"
    assertion = (
        f'<saml:Assertion ID="{identifier}" Version="2.0" IssueInstant="{_instant(now)}">'
        f"<saml:Issuer>{escape(issuer)}</saml:Issuer><saml:Subject><saml:NameID>{escape(user)}</saml:NameID>"
        '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">'
        f'<saml:SubjectConfirmationData InResponseTo="{escape(request.identifier)}"'
        f' Recipient="{escape(request.reply_to)}"'
        f' NotOnOrAfter="{until}"/></saml:SubjectConfirmation></saml:Subject>'
        f'<saml:Conditions NotBefore="{_instant(now - VALIDITY)}" NotOnOrAfter="{until}">'
        f"<saml:AudienceRestriction><saml:Audience>{escape(request.issuer)}</saml:Audience></saml:AudienceRestriction></saml:Conditions>"
        f'<saml:AuthnStatement AuthnInstant="{_instant(now)}"><saml:AuthnContext><saml:AuthnContextClassRef>'
        "urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext>"
        "</saml:AuthnStatement></saml:Assertion>"
    )
    root = _parse(
        (
            f'<samlp:Response xmlns:samlp="{NAMESPACES["samlp"]}" xmlns:saml="{NAMESPACES["saml"]}"'
            f' ID="_{secrets.token_hex(16)}" Version="2.0" IssueInstant="{_instant(now)}"'
            f' Destination="{escape(request.reply_to)}" InResponseTo="{escape(request.identifier)}">'
            f"<saml:Issuer>{escape(issuer)}</saml:Issuer><samlp:Status>"
            '<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>'
            f"{assertion}</samlp:Response>"
        ).encode()
    )
    _sign(_only(root, "saml:Assertion"), identifier, keys)
    return base64.b64encode(etree.tostring(root)).decode()


def verified_user(response: str, certificate: x509.Certificate, expected: AuthnRequest) -> str:
    """The user whom a `SAMLResponse` names: signature, request, audience, recipient and time are checked.

    Raises:
        SamlError: the response is not a good answer to `expected`.
    """
    try:
        root = _parse(base64.b64decode(response, validate=True))
    except ValueError as error:
        raise SamlError(f"the SAMLResponse cannot be decoded: {error}") from error
    assertion = _only(root, "saml:Assertion")
    _check_signature(assertion, certificate)
    confirmation = _only(assertion, "saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData")
    facts = {
        "request": (confirmation.get("InResponseTo"), expected.identifier),
        "recipient": (confirmation.get("Recipient"), expected.reply_to),
        "audience": (assertion.findtext(".//saml:Audience", None, NAMESPACES), expected.issuer),
    }
    for name, (seen, wanted) in facts.items():
        if seen != wanted:
            raise SamlError(f"the {name} is {seen!r}, not {wanted!r}")
    if _instant(datetime.now(UTC)) >= confirmation.get("NotOnOrAfter", ""):
        raise SamlError("the response has expired")
    return assertion.findtext("saml:Subject/saml:NameID", "", NAMESPACES)


def _sign(assertion: etree._Element, identifier: str, keys: KeyPair) -> None:
    certificate = base64.b64encode(keys.certificate.public_bytes(Encoding.DER)).decode()
    digest = base64.b64encode(hashlib.sha256(_canonical(assertion)).digest()).decode()
    signature = _parse(
        SIGNATURE.format(
            ds=NAMESPACES["ds"], identifier=identifier, digest=digest, certificate=certificate
        ).encode()
    )
    assertion.insert(1, signature)  # after the issuer, where the schema wants it
    signed = keys.key.sign(_canonical(_only(signature, "ds:SignedInfo")), padding.PKCS1v15(), hashes.SHA256())
    _only(signature, "ds:SignatureValue").text = base64.b64encode(signed).decode()


def _check_signature(assertion: etree._Element, certificate: x509.Certificate) -> None:
    signature = _only(assertion, "ds:Signature")
    signed_info = _only(signature, "ds:SignedInfo")
    reference = _only(signed_info, "ds:Reference").get("URI")
    if reference != f"#{assertion.get('ID')}":
        raise SamlError(f"the signature is for {reference!r}, not for the assertion")
    key = certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    value = base64.b64decode(signature.findtext("ds:SignatureValue", "", NAMESPACES))
    try:
        key.verify(value, _canonical(signed_info), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature as error:
        raise SamlError("the signature is not the identity provider's") from error
    assertion.remove(signature)
    digest = base64.b64encode(hashlib.sha256(_canonical(assertion)).digest()).decode()
    if digest != signed_info.findtext("ds:Reference/ds:DigestValue", "", NAMESPACES):
        raise SamlError("the assertion was changed after it was signed")


def _only(element: etree._Element, path: str) -> etree._Element:
    found = element.findall(path, NAMESPACES)
    if len(found) != 1:
        raise SamlError(f"{path} stands {len(found)} times in the message, not once")
    return found[0]


def _parse(xml: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
    try:
        return etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise SamlError(f"this is not XML: {error}") from error


def _canonical(element: etree._Element) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True, with_tail=False)


def _instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
