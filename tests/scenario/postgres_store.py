"""The ops state of a daemon in PostgreSQL as a test reads it: one psql that stays, asked for rows as JSON."""

from __future__ import annotations

import json
import os
import subprocess
from urllib.parse import urlsplit

from servers import SqlError, sql

END = "-- that was all --"


class PostgresStore:
    """Reads a schema by a URL of its own, so that a proxy or a pooler before the daemon does not matter here."""

    def __init__(self, url: str, schema: str, by_url: str = "", ops: bool = True, market: bool = True):
        self.url = url
        self.schema = schema
        self.environment = {"TIMESCALE_URL": by_url or url, "TIMESCALE_SCHEMA": schema, "TIMESCALE_RL_OPS_ENABLED": str(ops).lower(),
                            "TIMESCALE_MARKET_DATA_ENABLED": str(market).lower()}
        self._psql: subprocess.Popen | None = None

    def emptied(self) -> PostgresStore:
        """Takes the schema away that an earlier test may have left."""
        self.sql(f'DROP SCHEMA IF EXISTS "{self.schema}" CASCADE')
        return self

    def sql(self, statement: str) -> str:
        return sql(self.url, f'SET search_path="{self.schema}",public;{statement}')

    def rows(self, statement: str) -> list[tuple]:
        """SqlError when there is no server, or no such table yet; the next call begins anew."""
        if self._psql is not None:
            try:
                return self._ask(statement)
            except SqlError:  # perhaps the server was gone since the last call
                self._psql = None
        self._psql = self._open()
        try:
            return self._ask(statement)
        except SqlError:
            self._psql = None
            raise

    def _ask(self, statement: str) -> list[tuple]:
        said: list[str] = []
        try:
            self._psql.stdin.write(f"SELECT to_json(q) FROM ({statement}) q;\n\\echo '{END}'\n")
            self._psql.stdin.flush()
            for line in self._psql.stdout:
                if line.rstrip("\n") == END:
                    return [tuple(json.loads(row).values()) for row in said]  # two columns of one name would become one
                said.append(line)
        except BrokenPipeError:
            pass
        self._psql.wait(10)
        raise SqlError("".join(said).strip() or "psql ended")

    def close(self) -> None:
        if self._psql is not None:
            self._psql.stdin.close()
            self._psql.wait(10)
            self._psql = None

    @staticmethod
    def amount(column: str) -> str:
        return f'("{column}"*100000000)::bigint AS "{column}"'

    @staticmethod
    def moment(column: str) -> str:
        return f'(extract(epoch FROM "{column}")*1000)::bigint'

    def _open(self) -> subprocess.Popen:
        parts = urlsplit(self.url)
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "PGPASSWORD": parts.password or "", "PGCONNECT_TIMEOUT": "10",
                       "PGOPTIONS": f"-c search_path={self.schema} -c statement_timeout=20000"}
        return subprocess.Popen(["psql", "--no-psqlrc", "--quiet", "-At", "--set=ON_ERROR_STOP=1", "-h", parts.hostname, "-p", str(parts.port),
                                 "-U", parts.username, "-d", parts.path.lstrip("/")], env=environment, text=True, stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
