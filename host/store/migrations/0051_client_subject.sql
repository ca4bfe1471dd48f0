-- An application that proves itself by certificate is known by the certificate's subject, which a renewal keeps
-- (RFC 8705 §2.1.2). Rows of before hold a thumbprint, which no subject equals: seed them again.
ALTER TABLE application RENAME COLUMN certificate TO subject;
